"""A feed of server-sent events on loopback, as the HTML standard describes it (§9.2)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

HOST = "127.0.0.1"
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Sent:
    """One event of the feed."""

    id: str
    data: str
    event: str = ""

    def encode(self) -> bytes:
        """Return its lines and the blank one that ends it."""
        lines = [f"event: {self.event}"] if self.event else []
        lines += [f"id: {self.id}"] if self.id else []
        lines += [f"data: {line}" for line in self.data.split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


class FakeFeed:
    """Serves one feed and remembers all of it, so that a reader can go on after any event.

    Attributes:
        requests: The headers of each request, by lower-case name.
        status: What the next requests are answered with.
        content_type: What an answer calls itself.
        retry_ms: How long readers are told to wait before they come back; None says nothing.
        token: What requests must show as `Authorization: Bearer …`, if it is set.
    """

    def __init__(self, *, retry_ms: int | None = None, token: str = "") -> None:
        self.requests: list[Mapping[str, str]] = []
        self.status = HTTPStatus.OK
        self.content_type = "text/event-stream"
        self.retry_ms = retry_ms
        self.token = token
        self._events: list[Sent] = []
        self._news = asyncio.Event()
        self._readers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    # -- what a test tells it

    def send(self, data: str, *, id: str = "", event: str = "") -> None:
        """Add an event to the feed."""
        self._events.append(Sent(id=id, data=data, event=event))
        self._news.set()

    def cut(self, *, after: bytes = b"") -> None:
        """Cut all lines, in the middle of what comes after."""
        for reader in tuple(self._readers):
            reader.write(after)
            reader.close()
        self._news.set()

    # -- serving

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None, "use `async with feed.serving():`"
        return f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}/feed"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Listen until the block ends."""
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        try:
            yield self
        finally:
            self._server.close()
            self.cut()
            while self._readers:  # noqa: ASYNC110 - they have been told, and end by themselves
                await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            headers = _parse_head(await reader.readuntil(HEAD_END))
            self.requests.append(headers)
            status = self._judge(headers)
            writer.write(_head(status, self.content_type))
            if status is HTTPStatus.OK:
                await self._feed(writer, headers.get("last-event-id", ""))
        writer.close()

    def _judge(self, headers: Mapping[str, str]) -> HTTPStatus:
        if headers.get(":method") != "GET" or headers.get(":path") != "/feed":
            return HTTPStatus.NOT_FOUND
        if "text/event-stream" not in headers.get("accept", ""):
            return HTTPStatus.NOT_ACCEPTABLE
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            return HTTPStatus.UNAUTHORIZED
        return self.status

    async def _feed(self, writer: asyncio.StreamWriter, last_id: str) -> None:
        self._readers.add(writer)
        place = self._place_after(last_id)
        try:
            writer.write(b": hello\n\n" if self.retry_ms is None else self._retry())
            while not writer.is_closing():
                self._news.clear()
                for event in self._events[place:]:
                    writer.write(event.encode())
                place = len(self._events)
                await writer.drain()
                await self._news.wait()
        finally:
            self._readers.discard(writer)

    def _retry(self) -> bytes:
        return f"retry: {self.retry_ms}\n\n".encode()

    def _place_after(self, last_id: str) -> int:
        known = [each.id for each in self._events]
        return known.index(last_id) + 1 if last_id and last_id in known else 0


def _parse_head(head: bytes) -> Mapping[str, str]:
    first, *rest = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    fields = (line.partition(":") for line in rest)
    named = {name.strip().lower(): value.strip() for name, _, value in fields}
    return {":method": method, ":path": path, **named}


def _head(status: HTTPStatus, content_type: str) -> bytes:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Connection: close"]
    if status is HTTPStatus.OK:
        lines.append(f"Content-Type: {content_type}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
