"""The server's side of WebSockets (RFC 6455), without extensions."""

import asyncio
import base64
import hashlib
import struct

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MESSAGE_BYTES = 16 * 1024 * 1024
WAITING_BYTES = 256 * 1024
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def is_upgrade(head):
    """Whether a request wants to become a WebSocket, and says so in the one way that is understood here."""
    options = [o.strip() for o in (head.get(b"connection") or b"").lower().split(b",")]
    return (
        head.method == "GET"
        and b"upgrade" in options
        and (head.get(b"upgrade") or b"").lower() == b"websocket"
        and (head.get(b"sec-websocket-version") or b"") == b"13"
        and head.get(b"sec-websocket-key") is not None
    )


class WebSocket:
    """`receive` and `send` speak ASGI; the connection feeds it with bytes."""

    def __init__(self, connection, head):
        self.head = head
        offered = head.get(b"sec-websocket-protocol") or b""
        self.subprotocols = [p.strip().decode("latin-1") for p in offered.split(b",") if p.strip()]
        self._connection = connection
        self._state = "new"
        self._events = asyncio.Queue()
        self._events.put_nowait({"type": "websocket.connect"})
        self._waiting = 0
        self._buffer = bytearray()
        self._message = bytearray()
        self._kind = None
        self._disconnected = False
        # The token of what the app does after the end; the connection has it.
        self.work = None

    # For the connection

    def feed(self, data):
        self._buffer += data
        if self._state == "new":
            return
        try:
            while self._frame():
                pass
        except ProtocolError as error:
            self._end(error.code)

    def wants_more(self):
        return self._waiting + len(self._buffer) < (WAITING_BYTES if self._kind is None else MESSAGE_BYTES + WAITING_BYTES)

    def lost(self):
        self._disconnect(1006)

    def go_away(self):
        """The server stops: 1001 tells the client to come back elsewhere."""
        if self._state == "open":
            self._send_close(1001, "")
        self._disconnect(1001)

    # For the application

    async def receive(self):
        event = await self._events.get()
        if event["type"] == "websocket.receive":
            self._waiting -= len(event.get("bytes") or event.get("text") or b"")
            self._connection.update_reading()
        return event

    async def send(self, message):
        kind = message["type"]
        if kind == "websocket.accept" and self._state == "new":
            await self._accept(message)
        elif kind == "websocket.close" and self._state == "new":
            await self._reject(403, b"Forbidden")
        elif kind == "websocket.send" and self._state == "open":
            text = message.get("text")
            data = text.encode() if text is not None else bytes(message["bytes"])
            await self._connection.write(_encode(TEXT if text is not None else BINARY, data))
        elif kind == "websocket.close" and self._state == "open":
            self._send_close(message.get("code", 1000), message.get("reason") or "")
        elif self._state != "closed":
            raise RuntimeError("%s cannot be sent now" % kind)

    async def refuse(self):
        """The application knows no WebSockets."""
        await self._reject(426, b"Upgrade Required")

    async def fail(self):
        if self._state == "new":
            await self._reject(500, b"Internal Server Error")
        elif self._state == "open":
            self._send_close(1011, "")

    async def finish(self):
        """The application has returned."""
        if self._state == "new":
            await self._reject(500, b"Internal Server Error")
        elif self._state == "open":
            self._send_close(1000, "")

    # Within

    async def _accept(self, message):
        key = (self.head.get(b"sec-websocket-key") or b"").strip()
        proof = base64.b64encode(hashlib.sha1(key + GUID).digest())
        lines = [b"HTTP/1.1 101 Switching Protocols", b"upgrade: websocket", b"connection: Upgrade"]
        lines.append(b"sec-websocket-accept: " + proof)
        if message.get("subprotocol"):
            lines.append(b"sec-websocket-protocol: " + message["subprotocol"].encode("latin-1"))
        for name, value in message.get("headers", ()):
            if b"\r" in value or b"\n" in value or b"\r" in name or b"\n" in name:
                raise ValueError("the header field %r cannot be sent" % (name,))
            lines.append(bytes(name) + b": " + bytes(value))
        self._state = "open"
        await self._connection.write(b"\r\n".join(lines) + b"\r\n\r\n")
        self.feed(b"")

    async def _reject(self, status, phrase):
        self._state = "closed"
        head = b"HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % (status, phrase)
        await self._connection.write(head)
        self._connection.close()

    def _frame(self):
        """Takes one frame off the buffer; False when it is not complete."""
        buffer = self._buffer
        if len(buffer) < 2 or self._state == "closed":
            return False
        final, kind, masked, length = buffer[0] & 0x80, buffer[0] & 0x0F, buffer[1] & 0x80, buffer[1] & 0x7F
        if buffer[0] & 0x70 or not masked:
            raise ProtocolError(1002)
        at = 2
        if length == 126:
            at = 4
            length = struct.unpack_from("!H", buffer, 2)[0] if len(buffer) >= 4 else 0
        elif length == 127:
            at = 10
            length = struct.unpack_from("!Q", buffer, 2)[0] if len(buffer) >= 10 else 0
        if kind >= CLOSE and (length > 125 or not final):
            raise ProtocolError(1002)
        if length + len(self._message) > MESSAGE_BYTES:
            raise ProtocolError(1009)
        if len(buffer) < at + 4 + length:
            if len(buffer) >= at:
                self._kind_of_unfinished(kind)
            return False
        data = _unmask(bytes(buffer[at + 4 : at + 4 + length]), bytes(buffer[at : at + 4]))
        del buffer[: at + 4 + length]
        self._handle(kind, bool(final), data)
        return True

    def _kind_of_unfinished(self, kind):
        # A long frame may be read in whole, or it would never be complete.
        if self._kind is None and kind in (TEXT, BINARY):
            self._kind = 0

    def _handle(self, kind, final, data):
        if kind == PING:
            self._connection.transport.write(_encode(PONG, data))
        elif kind == CLOSE:
            code = struct.unpack("!H", data[:2])[0] if len(data) >= 2 else 1005
            self._end(code)
        elif kind in (TEXT, BINARY, 0):
            if (kind == 0) == (self._kind in (None, 0)):
                raise ProtocolError(1002)
            if kind != 0:
                self._kind = kind
            self._message += data
            if final:
                self._deliver()
        elif kind != PONG:
            raise ProtocolError(1002)

    def _deliver(self):
        data, kind = bytes(self._message), self._kind
        self._message, self._kind = bytearray(), None
        event = {"type": "websocket.receive"}
        if kind == TEXT:
            try:
                event["text"] = data.decode()
            except UnicodeDecodeError:
                raise ProtocolError(1007) from None
        else:
            event["bytes"] = data
        self._waiting += len(event.get("bytes") or event.get("text") or b"")
        self._events.put_nowait(event)

    def _end(self, code):
        if self._state == "open":
            self._send_close(1000 if code == 1005 else code, "")
        self._disconnect(code)

    def _send_close(self, code, reason):
        self._state = "closed"
        if not self._connection.closed:
            self._connection.transport.write(_encode(CLOSE, struct.pack("!H", code) + reason.encode()[:120]))
            self._connection.close()
        self._disconnect(code)

    def _disconnect(self, code):
        self._state = "closed"
        if not self._disconnected:
            self._disconnected = True
            self._events.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})


class ProtocolError(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


def _encode(kind, data):
    size = len(data)
    if size < 126:
        return struct.pack("!BB", 0x80 | kind, size) + data
    if size < 65536:
        return struct.pack("!BBH", 0x80 | kind, 126, size) + data
    return struct.pack("!BBQ", 0x80 | kind, 127, size) + data


def _unmask(data, mask):
    size = len(data)
    if not size:
        return b""
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
