"""What a micro can ask of micropush from within."""

import inspect
import sys
import threading
import traceback

import _micropush_busy as _busy
from _micropush_restore import on_restore

__all__ = ["on_restore", "wait_until"]

_tasks = set()


def wait_until(work, *args, **kwargs):
    """Keeps the micro awake until the work has ended, for at most 10 s. What goes wrong in it is logged.

    The work is a coroutine, a task or future, or something to call with the arguments: a coroutine function, or a plain one,
    which gets a thread of its own.
    """
    if inspect.iscoroutinefunction(work):
        work = work(*args, **kwargs)
    if not inspect.isawaitable(work) and not hasattr(work, "add_done_callback") and not callable(work):
        raise TypeError("wait_until takes a coroutine, a future or something to call, not %r" % (work,))
    token = _busy.begin(now=True)
    if inspect.iscoroutine(work):
        _run(work, token)
    elif hasattr(work, "add_done_callback"):
        _follow(work, token)
    elif inspect.isawaitable(work):
        _run(_await(work), token)
    else:
        _in_thread(lambda: work(*args, **kwargs), token)


def _run(coroutine, token):
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        _in_thread(lambda: asyncio.run(coroutine), token)
        return
    task = loop.create_task(coroutine)
    # The loop itself holds tasks weakly only.
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    task.add_done_callback(lambda future: _ended(future, token))


def _follow(future, token):
    def add():
        future.add_done_callback(lambda done: _ended(done, token))

    loop = getattr(future, "get_loop", None)
    # A future of asyncio's may be touched by its loop alone.
    loop().call_soon_threadsafe(add) if loop else add()


async def _await(work):
    return await work


def _in_thread(call, token):
    def body():
        try:
            call()
        except Exception:
            _log(sys.exc_info())
        finally:
            _busy.end(token)

    threading.Thread(target=body, name="wait_until", daemon=True).start()


def _ended(future, token):
    _busy.end(token)
    if not future.cancelled() and future.exception() is not None:
        error = future.exception()
        _log((type(error), error, error.__traceback__))


def _log(failure):
    text = "".join(traceback.format_exception(*failure))
    print("Work after the response failed:\n" + text, end="", file=sys.stderr, flush=True)
