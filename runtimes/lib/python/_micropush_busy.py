"""Work that goes on after its response, by whom it may be: the loader's requests and `micropush.wait_until` share this module.

As long as the file is there the engine does not put the sandbox to sleep. Most requests are over right after their last byte, so
the file is made by a thread that looks a moment later; the thread sleeps when there is nothing to look at.
"""

import os
import sys
import threading
import time

FILE = "/run/micropush/busy"
MOST_SECONDS = 10.0
LOOK_SECONDS = 0.25

_lock = threading.Lock()
_pending = {}
_awake = threading.Event()
_thread = None
_marked = False


def begin(now=False):
    """The token that `end` takes. With `now` the file is there when this returns."""
    token = object()
    with _lock:
        _pending[token] = time.monotonic() + MOST_SECONDS
        if now:
            _mark()
        if _thread is None or not _thread.is_alive():
            _start()
    if not _awake.is_set():
        _awake.set()
    return token


def end(token):
    with _lock:
        _pending.pop(token, None)
        if not _pending:
            _unmark()


def any_pending():
    """False once the file is gone as well: who leaves then leaves nothing behind."""
    with _lock:
        return bool(_pending)


def _start():
    global _thread
    _thread = threading.Thread(target=_keep, name="micropush-busy", daemon=True)
    _thread.start()


def _keep():
    while True:
        _awake.wait()
        time.sleep(LOOK_SECONDS)
        with _lock:
            _drop_late()
            if _pending:
                # Again each time: another process of the app may have removed it.
                _mark()
            else:
                _unmark()
                _awake.clear()


def _drop_late():
    now = time.monotonic()
    for token in [token for token, until in _pending.items() if until <= now]:
        del _pending[token]
        text = "Work after the response takes longer than %d s: the micro may sleep now" % MOST_SECONDS
        print(text, file=sys.stderr, flush=True)


def _mark():
    global _marked
    try:
        os.close(os.open(FILE, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
        _marked = True
    except FileNotFoundError:
        pass  # outside a sandbox nothing falls asleep
    except OSError as error:
        print("The micro cannot be kept awake: %s" % error, file=sys.stderr, flush=True)


def _unmark():
    global _marked
    if not _marked:
        return
    _marked = False
    try:
        os.unlink(FILE)
    except OSError:
        pass  # another process of the app was first


def _forget():
    """A child has none of its parent's work, and not its thread."""
    global _lock, _awake, _thread, _marked
    _lock = threading.Lock()
    _awake = threading.Event()
    _thread = None
    _marked = False
    _pending.clear()


os.register_at_fork(after_in_child=_forget)
