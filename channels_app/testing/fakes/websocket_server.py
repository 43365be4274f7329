"""A feed over a WebSocket on loopback, by the library's own server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

HOST = "127.0.0.1"


class FakeSocketFeed:
    """Sends frames to whoever is connected.

    Attributes:
        handshakes: How many came, also those that were refused.
        token: What a handshake must show as `Authorization: Bearer …`, if it is set.
    """

    def __init__(self, *, token: str = "") -> None:
        self.handshakes = 0
        self.token = token
        self._connections: set[ServerConnection] = set()
        self._server: Server | None = None
        self._arrivals = asyncio.Condition()

    # -- what a test tells it

    async def send(self, frame: str | bytes) -> None:
        """Send a frame to all who are connected, once somebody is."""
        async with self._arrivals:
            await self._arrivals.wait_for(lambda: bool(self._connections))
        for connection in tuple(self._connections):
            await connection.send(frame)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close all connections with a code."""
        for connection in tuple(self._connections):
            await connection.close(code, reason)

    def cut(self) -> None:
        """Break all lines without a word."""
        for connection in tuple(self._connections):
            connection.transport.abort()

    # -- serving

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None, "use `async with feed.serving():`"
        return f"ws://{HOST}:{next(iter(self._server.sockets)).getsockname()[1]}/feed"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Listen until the block ends."""
        async with serve(self._hold, HOST, 0, process_request=self._judge) as server:
            self._server = server
            yield self

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        self.handshakes += 1
        if request.path != "/feed":
            return connection.respond(HTTPStatus.NOT_FOUND, "no such feed\n")
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "who are you?\n")
        return None

    async def _hold(self, connection: ServerConnection) -> None:
        async with self._arrivals:
            self._connections.add(connection)
            self._arrivals.notify_all()
        try:
            await connection.wait_closed()
        finally:
            self._connections.discard(connection)
