"""HTTP/1.1: heads, bodies and answers as bytes (RFC 9112)."""

import asyncio
import http
import time
from urllib.parse import unquote_to_bytes

TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
CHUNK_LINE_BYTES = 256
TRAILER_BYTES = 16 * 1024


class BadRequest(Exception):
    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status

    def answer(self):
        text = ("%s\n" % self).encode()
        phrase = http.HTTPStatus(self.status).phrase.encode()
        return b"HTTP/1.1 %d %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (
            self.status,
            phrase,
            len(text),
            text,
        )


class Head:
    __slots__ = ("method", "target", "path", "query", "version", "headers", "length", "chunked", "keep_alive", "expects_continue")

    @property
    def decoded_path(self):
        return unquote_to_bytes(self.path)

    def get(self, name):
        found = [value for key, value in self.headers if key == name]
        return b",".join(found) if found else None


def parse_head(buffer, limit):
    """Takes one request head off the buffer; None as long as it is not complete."""
    while buffer[:2] == b"\r\n":
        del buffer[:2]
    end = buffer.find(b"\r\n\r\n")
    if end > limit or (end == -1 and len(buffer) > limit):
        raise BadRequest(431, "The request head is too large")
    if end == -1:
        return None
    lines = bytes(buffer[:end]).split(b"\r\n")
    del buffer[: end + 4]
    head = Head()
    _request_line(head, lines[0])
    head.headers = [_field(line) for line in lines[1:]]
    _framing(head)
    return head


def _request_line(head, line):
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[0] or not TOKEN.issuperset(parts[0]) or parts[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadRequest(400, "The request line cannot be understood")
    head.method = parts[0].decode()
    head.target = parts[1]
    head.version = parts[2][5:].decode()
    target = parts[1]
    if target[:7].lower() in (b"http://", b"https:/"):
        rest = target.partition(b"://")[2]
        slash = rest.find(b"/")
        target = rest[slash:] if slash != -1 else b"/"
    head.path, _, head.query = target.partition(b"#")[0].partition(b"?")


def _field(line):
    name, colon, value = line.partition(b":")
    if not colon or not name or not TOKEN.issuperset(name) or b"\0" in value or b"\n" in value or b"\r" in value:
        raise BadRequest(400, "A header field cannot be understood")
    return name.lower(), value.strip(b" \t")


def _framing(head):
    encodings = [value.lower() for key, value in head.headers if key == b"transfer-encoding"]
    lengths = {value for key, value in head.headers if key == b"content-length"}
    if encodings and (lengths or encodings != [b"chunked"] or head.version == "1.0"):
        raise BadRequest(400, "The body's length is ambiguous")
    if len(lengths) > 1 or any(not value.isdigit() for value in lengths):
        raise BadRequest(400, "Content-Length cannot be understood")
    head.chunked = bool(encodings)
    head.length = int(lengths.pop()) if lengths else 0
    options = [option.strip() for option in (head.get(b"connection") or b"").lower().split(b",")]
    head.keep_alive = b"close" not in options and (head.version == "1.1" or b"keep-alive" in options)
    head.expects_continue = (head.get(b"expect") or b"").lower() == b"100-continue"


class Body:
    """A request's body, as it arrives. `read` waits for the next part; b"" is its end."""

    def __init__(self, head, connection):
        self._connection = connection
        self._chunked = head.chunked
        self._left = head.length
        self._chunk_state = "size"
        self._parts = []
        self._arrived = asyncio.Event()
        self.buffered = 0
        self.complete = not head.chunked and head.length == 0
        self.disconnected = False
        self.on_first_read = None

    def feed(self, buffer):
        """Takes what belongs to the body off the buffer, and leaves what follows it."""
        if self._chunked:
            self._feed_chunks(buffer)
        elif self._left > 0:
            self._take(buffer, self._left)
            self.complete = self._left == 0
        if self.complete:
            self._arrived.set()

    def lost(self):
        self.disconnected = True
        self._arrived.set()

    async def read(self):
        if self.on_first_read is not None and not self.complete:
            on_first_read, self.on_first_read = self.on_first_read, None
            on_first_read()
        while not self._parts and not self.complete and not self.disconnected:
            self._arrived.clear()
            await self._arrived.wait()
        if not self._parts:
            if not self.complete:
                raise ConnectionResetError("the client went away before the body's end")
            return b""
        data = b"".join(self._parts)
        self._parts = []
        self.buffered = 0
        self._connection.update_reading()
        return data

    async def wait_disconnect(self):
        while not self.disconnected:
            self._arrived.clear()
            await self._arrived.wait()

    async def discard(self, limit):
        """Reads what the app has left unread, so that the connection can be used again; gives up beyond the limit."""
        left = limit
        while not (self.complete and not self._parts) and left > 0 and not self.disconnected:
            if self.on_first_read is not None:
                return  # the client was never told to send it
            left -= len(await self.read())

    def _take(self, buffer, most):
        data = bytes(buffer[:most])
        del buffer[:most]
        self._left -= len(data)
        if data:
            self._parts.append(data)
            self.buffered += len(data)
            self._arrived.set()

    def _feed_chunks(self, buffer):
        while not self.complete:
            if self._chunk_state == "data" and self._left > 0:
                self._take(buffer, self._left)
                if self._left > 0:
                    return
            line = self._line(buffer)
            if line is None:
                return
            if self._chunk_state == "data":
                if line:
                    raise BadRequest(400, "A chunk is longer than it says")
                self._chunk_state = "size"
            elif self._chunk_state == "size":
                self._left = _chunk_size(line)
                self._chunk_state = "data" if self._left > 0 else "trailer"
            elif not line:
                self.complete = True

    def _line(self, buffer):
        limit = TRAILER_BYTES if self._chunk_state == "trailer" else CHUNK_LINE_BYTES
        end = buffer.find(b"\r\n")
        if end > limit or (end == -1 and len(buffer) > limit):
            raise BadRequest(400, "A chunk's line is too long")
        if end == -1:
            return None
        line = bytes(buffer[:end])
        del buffer[: end + 2]
        return line


def _chunk_size(line):
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 15 or not frozenset(b"0123456789abcdefABCDEF").issuperset(digits):
        raise BadRequest(400, "A chunk's size cannot be understood")
    return int(digits, 16)


class Response:
    """An answer, as it is sent. Frames the body itself when the app does not say its length."""

    def __init__(self, head, connection):
        self._connection = connection
        self._head = head
        self._chunked = False
        self._bodyless = False
        self._left = None
        self._pending = None
        self.started = False
        self.finished = False
        self.keeps_alive = head.keep_alive
        # The token of what the app does after its last byte; the connection has it.
        self.work = None

    def send_continue(self):
        if not self.started and not self._connection.closed:
            self._connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    @property
    def gone(self):
        return self._connection.closed

    def start(self, status, headers, phrase=None):
        """Fixes status and header fields, pairs of bytes; they leave with the first part of the body."""
        if self.started:
            raise RuntimeError("the answer was started twice")
        names = set()
        lines = [b"HTTP/1.1 %d %s" % (status, phrase if phrase is not None else _phrase(status))]
        for name, value in headers:
            lower = name.lower()
            if not TOKEN.issuperset(name) or not name or b"\r" in value or b"\n" in value or b"\0" in value:
                raise ValueError("the header field %r cannot be sent" % (name,))
            if lower == b"transfer-encoding":
                continue
            if lower == b"connection":
                if b"close" in value.lower():
                    self.keeps_alive = False
                continue
            if lower == b"content-length":
                if lower in names:
                    continue
                self._left = int(value)
            names.add(lower)
            lines.append(name + b": " + value)
        self.started = True
        self._bodyless = self._head.method == "HEAD" or status < 200 or status in (204, 304)
        if not self._bodyless and self._left is None:
            if self._head.version == "1.1":
                self._chunked = True
                lines.append(b"transfer-encoding: chunked")
            else:
                self.keeps_alive = False
        if b"date" not in names:
            lines.append(b"date: " + _date())
        if not self.keeps_alive:
            lines.append(b"connection: close")
        elif self._head.version == "1.0":
            lines.append(b"connection: keep-alive")
        self._pending = b"\r\n".join(lines) + b"\r\n\r\n"

    async def body(self, data, more):
        if not self.started:
            raise RuntimeError("the body came before the start of the answer")
        if self.finished:
            return
        out = [self._pending] if self._pending is not None else []
        self._pending = None
        if data and not self._bodyless:
            out.append(self._frame(data))
        if not more:
            self.finished = True
            if self._chunked:
                out.append(b"0\r\n\r\n")
            if self._left and not self._bodyless:
                # Fewer bytes than promised: only a closed connection tells the client so.
                self.keeps_alive = False
        if out:
            await self._connection.write(b"".join(out))
        if self.finished:
            self._connection.answered(self)

    def _frame(self, data):
        if self._chunked:
            return b"%x\r\n%s\r\n" % (len(data), data)
        if self._left is not None:
            if len(data) > self._left:
                self.keeps_alive = False
                raise RuntimeError("the body is longer than its content-length")
            self._left -= len(data)
        return data

    async def fail(self):
        """The app broke: 500 when nothing was sent yet, else the connection ends before the body does."""
        if self.finished:
            return  # what broke came after the answer
        self.keeps_alive = False
        if self._pending is not None:
            self.started = False
            self._pending = None
            self._chunked = False
            self._left = None
        if self.started:
            self._connection.transport.abort()
            self.finished = True
            return
        text = b"Internal Server Error\n"
        self.start(500, [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))])
        await self.body(text, False)


def _phrase(status):
    try:
        return http.HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


_date_cache = (0, b"")


def _date():
    global _date_cache
    now = int(time.time())
    if _date_cache[0] != now:
        _date_cache = (now, _format_date(now).encode())
    return _date_cache[1]


def _format_date(seconds):
    """IMF-fixdate of RFC 9110, section 5.6.7, whatever locale the app has set."""
    at = time.gmtime(seconds)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.tm_wday]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[at.tm_mon - 1]
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (day, at.tm_mday, month, at.tm_year, at.tm_hour, at.tm_min, at.tm_sec)
