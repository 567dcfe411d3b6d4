"""The three phases, in order."""

import asyncio
import atexit
import os
import signal
import sys
import threading

import micropush_adopt
import micropush_app as apps
import micropush_path as path
import micropush_restored
from micropush_asgi import AsgiApp
from micropush_control import Control
from micropush_failure import describe
from micropush_server import Server
from micropush_wsgi import WsgiApp

SOCKET = "/run/micropush/app.sock"
NOTHING_TO_SERVE = (
    "%s has no `app` (an ASGI or WSGI application), and nothing listens on $PORT. "
    "Name the application `app`, or start a server with `run:` in micro.yml."
)


def run(entry, born_with):
    control = Control()
    # Module-level code may ask for the current loop and gets the one that will serve it.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    control.say("loaded")
    if entry is None:
        entry = micropush_adopt.adopt(control.wait_for("adopt"))
        control.say("adopted")
    control.wait_for("import")
    module = _guarded(control, lambda: path.import_entry(entry, born_with))
    app = _guarded(control, lambda: apps.find(module))
    control.say("imported")
    if control.wait_for("listen"):
        # The word is there when the process was on disk since.
        _guarded(control, lambda: micropush_restored.restored(loop))
    if app is None:
        return _left_to_the_app(control, entry)
    adapter = _guarded(control, lambda: AsgiApp(app) if apps.is_asgi(app) else WsgiApp(app, loop))
    _serve(loop, adapter, control)


def _guarded(control, step):
    """What goes wrong here is the reason why a deployment failed."""
    try:
        return step()
    except SystemExit as error:
        text = "The app called sys.exit(%r) while it was imported" % (error.code,)
    except BaseException as error:  # whatever it is, it ends the deployment
        text = describe(error)
    control.fail(text)
    _leave(1)


def _left_to_the_app(control, entry):
    """Nothing was exported: a thread of the app may serve $PORT, which init watches."""
    others = [t for t in threading.enumerate() if t is not threading.main_thread()]
    if not others:
        control.fail(NOTHING_TO_SERVE % os.path.basename(entry))
        _leave(1)
    control.say("port")
    control.close()
    for thread in others:
        thread.join()


def _serve(loop, adapter, control):
    server = Server(adapter, loop, path.library("_micropush_busy"))
    own_handler = signal.getsignal(signal.SIGTERM)
    ended = loop.create_future()

    def stop():
        if not ended.done():
            ended.set_result(None)

    async def life():
        await adapter.start()
        await server.listen(SOCKET)
        control.say("listening")
        control.close()
        await ended
        await server.drain()
        await adapter.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    task = loop.create_task(life())
    try:
        loop.run_until_complete(task)
    except SystemExit as error:
        _leave(error.code if isinstance(error.code, int) else 1)
    except BaseException as error:
        if control.open:
            control.fail(describe(error))
        _leave(1)
    if callable(own_handler):
        _guarded_exit(own_handler)
    _leave(0)


def _guarded_exit(handler):
    try:
        handler(signal.SIGTERM, None)
    except SystemExit:
        return


def _leave(code):
    """Ends the process at once: a thread that hangs must not hold it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue
    try:
        getattr(atexit, "_run_exitfuncs", lambda: None)()
    except BaseException:
        code = code or 1
    os._exit(code)
