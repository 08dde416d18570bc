"""HTTP to one server over connections that stay open: just what calls by JSON and files need.

Calls are the most that a bot does, and one takes a fifth of the time here that it takes a client for everything.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from functools import cached_property
from typing import cast
from urllib.parse import quote, urlsplit

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpResponseParser

LARGEST = 1 << 26
IDLE = 15.0
"""For so many seconds a connection that rests is kept: servers close theirs some time later, unasked."""
_SECOND_ADDRESS = 0.25
"""After so many seconds another of the server's addresses is tried beside the first (RFC 8305)."""
_FINAL = 200


class BrokenWire(OSError):
    """The server was not reached, hung up, or said what cannot be understood."""


class TooLong(BrokenWire):
    """The answer is longer than it may be."""


class Wire:
    """The connections to a server; `root` is its URL up to where paths begin."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._resting: list[_Line] = []

    async def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", *, seconds: float, limit: int = LARGEST
    ) -> tuple[int, bytes]:
        """Return status and body of the answer. Raises `BrokenWire`, `TooLong`, or `TimeoutError`."""
        said = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if kind else ""
        async with asyncio.timeout(seconds):
            line = self._rested() or await self._open()
            head = f"{method} {line.path}{quote(path, safe='/:%')} HTTP/1.1\r\nHost: {line.host}\r\n{said}\r\n"
            answer = await line.ask(head.encode() + body, limit)
        if line.is_open:
            self._resting.append(line)
        return answer

    async def close(self) -> None:
        """Hang up."""
        while self._resting:
            self._resting.pop().close()

    def _rested(self) -> _Line | None:
        while self._resting:
            line = self._resting.pop()
            if line.is_open and time.monotonic() - line.rests_since < IDLE:
                return line
            line.close()
        return None

    async def _open(self) -> _Line:
        loop = asyncio.get_running_loop()
        try:
            place = urlsplit(self._root)
            host, secure = place.hostname or "", place.scheme == "https"
            addresses = await loop.getaddrinfo(host, place.port or (443 if secure else 80), type=1)
            socket = await start_connection(addresses, happy_eyeballs_delay=_SECOND_ADDRESS)
            _, line = await loop.create_connection(
                lambda: _Line(place.netloc, place.path), sock=socket,
                ssl=self._tls if secure else None, server_hostname=host if secure else None,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise BrokenWire(type(error).__name__) from None
        return line

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


class _Line(asyncio.Protocol):
    """One connection: one question at a time."""

    def __init__(self, host: str, path: str) -> None:
        self.host = host
        self.path = path
        self.rests_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._answer: _Answer | None = None

    @property
    def is_open(self) -> bool:
        """Whether another question may be asked."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, question: bytes, limit: int) -> tuple[int, bytes]:
        """Return status and body; hang up when that fails, or when the server is going to. Raises `BrokenWire`."""
        if self._transport is None:
            raise BrokenWire
        self._answer = answer = _Answer(limit)
        try:
            self._transport.write(question)
            found = await answer.whole
        except BaseException:
            self.close()
            raise
        self._answer, self.rests_since = None, time.monotonic()
        if not answer.keeps_alive:
            self.close()
        return found

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer; what nobody has asked for ends the connection."""
        if self._answer is None:
            self.close()
        else:
            self._answer.take(data)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._transport = None
        if self._answer is not None:
            self._answer.end(error)


class _Answer:
    """What comes back to one question. The methods that begin with `on` are called by the parser."""

    def __init__(self, limit: int) -> None:
        self.whole: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.parser = HttpResponseParser(self)
        self.keeps_alive = False
        self._body = bytearray()
        self._limit = limit
        self._is_measured = False
        self._ends_with_the_line = False

    def take(self, data: bytes) -> None:
        """Take a piece."""
        try:
            self.parser.feed_data(data)
        except HttpParserError:
            self._break(BrokenWire("not HTTP"))

    def end(self, error: Exception | None) -> None:
        """Take the end of the connection: it is the answer's where its length was not told."""
        if self._ends_with_the_line and error is None:
            self._finish()
        self._break(BrokenWire("hung up"))

    def on_header(self, name: bytes, _value: bytes) -> None:
        """Take a header."""
        self._is_measured = name.lower() in {b"content-length", b"transfer-encoding"} or self._is_measured

    def on_message_begin(self) -> None:
        """Begin; what only announces the answer may come before it."""
        self._is_measured = False

    def on_headers_complete(self) -> None:
        """Know whether the end will be told, and whether the connection stays."""
        self._ends_with_the_line = not self._is_measured
        self.keeps_alive = self.parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self._body += piece
        if len(self._body) > self._limit:
            self._break(TooLong())

    def on_message_complete(self) -> None:
        """Be whole."""
        if self.parser.get_status_code() >= _FINAL:
            self._finish()

    def _finish(self) -> None:
        if not self.whole.done():
            self.whole.set_result((self.parser.get_status_code(), bytes(self._body)))

    def _break(self, error: BrokenWire) -> None:
        if not self.whole.done():
            self.whole.set_exception(error)
