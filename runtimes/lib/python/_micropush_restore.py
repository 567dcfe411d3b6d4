"""What a micro wants to do after it was brought back from a snapshot of its memory."""

callbacks = []


def on_restore(callback):
    """Calls back each time the micro was brought back from a snapshot, before its first request: to open connections anew, or to make
    random state of its own anew. A plain or a coroutine function; it can be used as a decorator.
    """
    if not callable(callback):
        raise TypeError("on_restore takes something to call, not %r" % (callback,))
    callbacks.append(callback)
    return callback
