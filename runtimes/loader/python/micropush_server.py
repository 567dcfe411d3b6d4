"""An HTTP/1.1 server on a unix socket. Only the gateway speaks to it; it is strict all the same."""

import asyncio
import select
import socket

from micropush_http import BadRequest, Body, Response, parse_head
from micropush_websocket import WebSocket, is_upgrade

HEAD_BYTES = 64 * 1024
# While a request runs, so much of what comes behind it is kept before the socket is left alone.
AHEAD_BYTES = 64 * 1024
IDLE_SECONDS = 75
PATIENCE_SECONDS = 4.5


class Server:
    def __init__(self, adapter, loop, busy):
        self.adapter = adapter
        self.loop = loop
        self.connections = set()
        # What still runs after its answer: the loop itself holds tasks weakly only.
        self.tasks = set()
        self._busy = busy
        self.stopping = False
        self._listener = None

    async def listen(self, path):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        listener.listen(1024)
        listener.setblocking(False)
        self._listener = await self.loop.create_unix_server(lambda: Connection(self), sock=listener, backlog=1024)

    async def drain(self):
        """Accepts nothing more and waits for running requests and for work after them, for as long as the patience lasts."""
        self.stopping = True
        self._listener.close()
        for connection in list(self.connections):
            connection.stop()
        deadline = self.loop.time() + PATIENCE_SECONDS
        while (self.connections or self._busy.any_pending()) and self.loop.time() < deadline:
            await asyncio.sleep(0.02)

    def works_on(self, exchange):
        """The client has all it gets, and the app has not returned."""
        if exchange.work is None:
            exchange.work = self._busy.begin()

    def has_returned(self, exchange):
        if exchange.work is not None:
            self._busy.end(exchange.work)


class Connection(asyncio.Protocol):
    """One connection: its requests are answered one after the other."""

    def __init__(self, server):
        self.server = server
        self.loop = server.loop
        self.transport = None
        self.closed = False
        self.writable = asyncio.Event()
        self.writable.set()
        self._buffer = bytearray()
        self._body = None
        self._response = None
        self._websocket = None
        self._task = None
        self._idle = None
        self._reading = True
        self._ended = False

    # What asyncio calls

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections.add(self)
        self._wait_for_request()

    def connection_lost(self, _error):
        self.closed = True
        self.server.connections.discard(self)
        self.writable.set()
        self._stop_idle()
        if self._body is not None:
            self._body.lost()
        if self._websocket is not None:
            self._websocket.lost()
        if self._task is not None:
            self.server.tasks.add(self._task)
            self.server.works_on(self._response or self._websocket)

    def data_received(self, data):
        self._buffer += data
        self._advance()

    def eof_received(self):
        """A client that has only closed its own side still wants its answer; one that has gone does not."""
        self._ended = True
        if self._body is not None and not self._body.complete:
            self._body.lost()
        if self._websocket is not None:
            self._websocket.lost()
        return self._task is not None and self._websocket is None and not self._peer_is_gone()

    def _peer_is_gone(self):
        # A unix socket hangs up only when both directions are shut.
        watcher = select.poll()
        watcher.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)
        return any(events & select.POLLHUP for _, events in watcher.poll(0))

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    # What requests call

    async def write(self, data):
        if self.closed:
            return
        self.transport.write(data)
        if not self.writable.is_set():
            await self.writable.wait()

    def close(self):
        if not self.closed:
            self.transport.close()

    def answered(self, response):
        """The last byte is on its way: the connection need not wait for what the app does after it."""
        self.server.works_on(response)
        if self._response is response and self._body.complete:
            self._next(response)

    def stop(self):
        if self._websocket is not None:
            self._websocket.go_away()
        elif self._task is None:
            self.close()

    def update_reading(self):
        """Reads only as long as somebody takes what is read."""
        if self.closed:
            return
        waiting = self._body.buffered if self._body is not None else 0
        wanted = len(self._buffer) + waiting < AHEAD_BYTES
        if self._websocket is not None:
            wanted = self._websocket.wants_more()
        if wanted != self._reading:
            self._reading = wanted
            try:
                (self.transport.resume_reading if wanted else self.transport.pause_reading)()
            except RuntimeError:
                return  # it is closing

    # The way of a request

    def _advance(self):
        if self._websocket is not None:
            data, self._buffer = bytes(self._buffer), bytearray()
            self._websocket.feed(data)
        elif self._task is None:
            self._begin()
        elif self._body is not None and not self._body.complete:
            self._feed_body()
        self.update_reading()

    def _feed_body(self):
        try:
            self._body.feed(self._buffer)
        except BadRequest:
            self._body.lost()
            self.close()

    def _begin(self):
        try:
            head = parse_head(self._buffer, HEAD_BYTES)
        except BadRequest as error:
            self.transport.write(error.answer())
            self.close()
            return
        if head is None:
            return
        self._stop_idle()
        if is_upgrade(head):
            self._websocket = WebSocket(self, head)
            self._task = self.loop.create_task(self._run_websocket(self._websocket))
            self._advance()
            return
        self._body = Body(head, self)
        response = self._response = Response(head, self)
        if head.expects_continue and not self._body.complete:
            self._body.on_first_read = lambda: response.send_continue()
        self._feed_body()
        self._task = self.loop.create_task(self._run(head, self._body, response))

    async def _run_websocket(self, websocket):
        try:
            await self.server.adapter.websocket(websocket)
        finally:
            self.server.tasks.discard(self._task)
            self.server.has_returned(websocket)
            self._task = None
            self.close()

    async def _run(self, head, body, response):
        try:
            await self.server.adapter.http(head, body, response)
        finally:
            self.server.has_returned(response)
            if self._response is response:
                self._next(response)
            self.server.tasks.discard(asyncio.current_task())

    def _next(self, response):
        """Leaves a request that is answered, or was given up."""
        keep = response.finished and response.keeps_alive and self._body.complete and not self._ended and not self.server.stopping
        self.server.tasks.add(self._task)
        self._task = self._body = self._response = None
        if not keep:
            self.close()
        elif not self.closed:
            self._wait_for_request()
            self._advance()

    def _wait_for_request(self):
        self._idle = self.loop.call_later(IDLE_SECONDS, self.close)

    def _stop_idle(self):
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
