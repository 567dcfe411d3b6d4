"""Serves an ASGI application: lifespan, HTTP and WebSockets (https://asgi.readthedocs.io/en/latest/specs/)."""

import asyncio
import sys
import traceback

import micropush_app as apps

ASGI = {"version": "3.0", "spec_version": "2.3"}
UNREAD_BYTES = 64 * 1024
SHUTDOWN_SECONDS = 4.0


class AsgiApp:
    def __init__(self, app):
        self._app = _as_single(app) if apps.is_double_callable(app) else app
        self._state = {}
        self._lifespan = None

    async def start(self):
        self._lifespan = Lifespan(self._app, self._state)
        await self._lifespan.start()

    async def stop(self):
        await self._lifespan.stop()

    def _scope(self, kind, head):
        scheme = (head.get(b"x-forwarded-proto") or b"http").split(b",")[0].strip().decode("latin-1")
        client = head.get(b"x-real-ip")
        host, _, port = (head.get(b"host") or b"localhost").decode("latin-1").partition(":")
        secure = scheme in ("https", "wss")
        return {
            "type": kind,
            "asgi": dict(ASGI),
            "http_version": head.version,
            "scheme": scheme if kind == "http" else ("wss" if secure else "ws"),
            "path": head.decoded_path.decode("utf-8", "replace"),
            "raw_path": head.path,
            "query_string": head.query,
            "root_path": "",
            "headers": list(head.headers),
            "client": (client.decode("latin-1"), 0) if client else None,
            "server": (host, int(port) if port.isdigit() else (443 if secure else 80)),
            "state": dict(self._state),
        }

    async def http(self, head, body, response):
        scope = self._scope("http", head)
        scope["method"] = head.method.upper()
        ended = asyncio.Event()
        over = False

        async def receive():
            nonlocal over
            if not over:
                try:
                    data = await body.read()
                except ConnectionResetError:
                    return {"type": "http.disconnect"}
                over = body.complete and body.buffered == 0
                return {"type": "http.request", "body": data, "more_body": not over}
            if not response.finished:
                gone = asyncio.ensure_future(body.wait_disconnect())
                done = asyncio.ensure_future(ended.wait())
                await asyncio.wait({gone, done}, return_when=asyncio.FIRST_COMPLETED)
                gone.cancel()
                done.cancel()
            return {"type": "http.disconnect"}

        async def send(message):
            kind = message["type"]
            if kind == "http.response.start":
                response.start(message["status"], [(bytes(n), bytes(v)) for n, v in message.get("headers", ())])
            elif kind == "http.response.body":
                await response.body(bytes(message.get("body", b"")), message.get("more_body", False))
                if response.finished:
                    ended.set()
            else:
                raise ValueError("the message type %r is not known here" % (kind,))

        try:
            await self._app(scope, receive, send)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            await response.fail()
        else:
            if not response.finished:
                print("The app ended without a whole answer", file=sys.stderr)
                await response.fail()
        ended.set()
        await body.discard(UNREAD_BYTES)

    async def websocket(self, websocket):
        scope = self._scope("websocket", websocket.head)
        scope["subprotocols"] = websocket.subprotocols
        try:
            await self._app(scope, websocket.receive, websocket.send)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            await websocket.fail()
        else:
            await websocket.finish()


class Lifespan:
    """The application's start-up and shutdown. An application that knows no lifespan is served all the same."""

    def __init__(self, app, state):
        self._app = app
        self._scope = {"type": "lifespan", "asgi": dict(ASGI), "state": state}
        self._events = asyncio.Queue()
        self._started = None
        self._stopped = None
        self._task = None

    async def start(self):
        loop = asyncio.get_event_loop()
        self._started = loop.create_future()
        self._stopped = loop.create_future()
        self._events.put_nowait({"type": "lifespan.startup"})
        self._task = loop.create_task(self._run())
        await self._started

    async def stop(self):
        if self._task.done():
            return
        self._events.put_nowait({"type": "lifespan.shutdown"})
        await asyncio.wait({self._stopped, self._task}, timeout=SHUTDOWN_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    async def _run(self):
        try:
            await self._app(self._scope, self._events.get, self._send)
        except Exception:
            # Raised before the start-up was answered it means: no lifespan here. Later it is the app's own fault.
            if self._started.done():
                traceback.print_exc(file=sys.stderr)
        if not self._started.done():
            self._started.set_result(None)

    async def _send(self, message):
        kind = message["type"]
        if kind == "lifespan.startup.failed" and not self._started.done():
            text = message.get("message") or "no reason given"
            self._started.set_exception(StartUpFailed("The app's start-up failed:\n" + text.replace("/app/", "")))
        elif kind == "lifespan.startup.complete" and not self._started.done():
            self._started.set_result(None)
        elif kind.startswith("lifespan.shutdown.") and not self._stopped.done():
            if kind.endswith("failed"):
                print(message.get("message", ""), file=sys.stderr)
            self._stopped.set_result(None)


class StartUpFailed(Exception):
    pass


def _as_single(app):
    async def single(scope, receive, send):
        await app(scope)(receive, send)

    return single
