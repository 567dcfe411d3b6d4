"""Serves a WSGI application in a small pool of threads (PEP 3333)."""

import asyncio
import io
import sys
import traceback

# The submodule itself: the package imports it late, when `queue` may be a module of the app's.
from concurrent.futures.thread import ThreadPoolExecutor

THREADS = 16
UNREAD_BYTES = 64 * 1024


class WsgiApp:
    def __init__(self, app, loop):
        self._app = app
        self._loop = loop
        self._threads = ThreadPoolExecutor(THREADS, "wsgi")

    async def start(self):
        return None

    async def stop(self):
        return None

    async def http(self, head, body, response):
        call = Call(self._app, self._loop, (head, body, response))
        try:
            await self._loop.run_in_executor(self._threads, call.run)
        except Gone:
            return
        except Exception:
            traceback.print_exc(file=sys.stderr)
            await response.fail()
        await body.discard(UNREAD_BYTES)

    async def websocket(self, websocket):
        await websocket.refuse()


class Gone(Exception):
    """The client is no longer there."""


class Call:
    """One request, in a thread of its own; what touches the connection is done by the event loop."""

    def __init__(self, app, loop, exchange):
        self._app = app
        self._loop = loop
        self._head, self._body, self._response = exchange
        self._status = None

    def run(self):
        parts = self._app(self._environ(), self._start_response)
        try:
            for part in parts:
                if part:
                    self._send(part, True)
            if self._status is None:
                raise RuntimeError("the app returned without calling start_response")
            self._send(b"", False)
        finally:
            if hasattr(parts, "close"):
                parts.close()

    def _start_response(self, status, headers, exc_info=None):
        if self._response.started:
            if exc_info:
                raise exc_info[1].with_traceback(exc_info[2])
            raise RuntimeError("start_response was called after the body had begun")
        if self._status is not None and not exc_info:
            raise RuntimeError("start_response was called twice")
        code, _, phrase = status.partition(" ")
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self._status = (int(code), pairs, phrase.encode("latin-1"))
        return lambda data: self._send(data, True)

    def _send(self, data, more):
        if self._response.gone:
            raise Gone()
        self._wait(self._write(data, more))

    async def _write(self, data, more):
        if not self._response.started:
            if self._status is None:
                raise RuntimeError("the body came before start_response")
            self._response.start(*self._status)
        await self._response.body(data, more)

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _environ(self):
        head = self._head
        host, _, port = (head.get(b"host") or b"localhost").decode("latin-1").partition(":")
        scheme = (head.get(b"x-forwarded-proto") or b"http").split(b",")[0].strip().decode("latin-1")
        environ = {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": head.decoded_path.decode("latin-1"),
            "QUERY_STRING": head.query.decode("latin-1"),
            "REQUEST_URI": head.target.decode("latin-1"),
            "RAW_URI": head.target.decode("latin-1"),
            "SERVER_NAME": host,
            "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
            "SERVER_PROTOCOL": "HTTP/" + head.version,
            "SERVER_SOFTWARE": "micropush",
            "REMOTE_ADDR": (head.get(b"x-real-ip") or b"").decode("latin-1"),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scheme,
            "wsgi.input": io.BufferedReader(Input(self._read)),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in head.headers:
            self._add_field(environ, name.decode("latin-1"), value.decode("latin-1"))
        return environ

    def _add_field(self, environ, name, value):
        # `a_b` and `a-b` would become the same variable: a client could pass the one off as the other.
        if "_" in name:
            return
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        if key in environ:
            value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
        environ[key] = value

    def _read(self):
        try:
            return self._wait(self._body.read())
        except ConnectionResetError:
            raise Gone() from None


class Input(io.RawIOBase):
    """The request's body as a file."""

    def __init__(self, read):
        super().__init__()
        self._read = read
        self._rest = b""
        self._ended = False

    def readable(self):
        return True

    def readinto(self, into):
        if not self._rest and not self._ended:
            self._rest = self._read()
            self._ended = not self._rest
        count = min(len(into), len(self._rest))
        into[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
