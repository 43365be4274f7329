"""How an MCP server is connected to."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context
from types import TracebackType
from typing import Any, Literal, Protocol, Self, TypeAlias

from channels_app.ai.tools.mcp_extra import (
    Client,
    httpx2,
    sse_client,
    streamable_http_client,
)

Transport: TypeAlias = Literal["streamable_http", "sse"]
"""How a server is spoken to; SSE is that of servers from before 2025."""

Streams: TypeAlias = tuple[Any, Any]
"""What a transport of the package gives: a stream to read and one to write, of types of its own."""


class Watcher(Protocol):
    """Is told what becomes of a connection."""

    def on_end(self) -> None:
        """Note that the server will say no more over it."""

    def on_forgotten(self) -> None:
        """Note that the server knows the session no more, and did not look at a request."""


OpenClient: TypeAlias = Callable[[Watcher], AbstractAsyncContextManager[Client]]
"""Connects and greets; leaving it hangs up."""

CONNECT_S = 20.0
"""How long connecting may take, and any request that is no answer of a tool."""

SESSION_HEADER = "mcp-session-id"
NOT_FOUND = 404

READ_S = 300.0
"""How long a server may be silent within one answer."""


def opener(url: str, transport: Transport, headers: Mapping[str, str]) -> OpenClient:
    """Return what connects to a server; the headers go with every request.

    Raises:
        ValueError: If the transport is unknown.
    """
    sent = dict(headers)

    @asynccontextmanager
    async def over_http(watcher: Watcher) -> AsyncIterator[Client]:
        timeout = httpx2.Timeout(CONNECT_S, read=READ_S)
        hooks = {"response": [_asking_whether_forgotten(watcher)]}
        async with (
            httpx2.AsyncClient(headers=sent, timeout=timeout, event_hooks=hooks) as http,
            _client(streamable_http_client(url, http_client=http), watcher) as client,
        ):
            yield client

    @asynccontextmanager
    async def over_sse(watcher: Watcher) -> AsyncIterator[Client]:
        line = sse_client(url, headers=sent, timeout=CONNECT_S, sse_read_timeout=READ_S)
        async with _client(line, watcher) as client:
            yield client

    kinds: Mapping[str, OpenClient] = {"streamable_http": over_http, "sse": over_sse}
    if transport not in kinds:
        raise ValueError(f"{transport!r} is no transport of MCP: use one of {', '.join(kinds)}")
    return kinds[transport]


def _asking_whether_forgotten(watcher: Watcher) -> Callable[[httpx2.Response], Awaitable[None]]:
    # So say servers that keep sessions (MCP 2025-11-25, Session Management).
    async def ask(response: httpx2.Response) -> None:
        if response.status_code == NOT_FOUND and SESSION_HEADER in response.request.headers:
            watcher.on_forgotten()

    return ask


def _client(transport: AbstractAsyncContextManager[Streams], watcher: Watcher) -> Client:
    # What is cached would also answer whether the server is still there.
    return Client(_watched(transport, watcher), cache=None, read_timeout_seconds=CONNECT_S)


@asynccontextmanager
async def _watched(
    transport: AbstractAsyncContextManager[Streams], watcher: Watcher
) -> AsyncIterator[Streams]:
    async with transport as (read, write):
        yield _Watched(read, watcher), write


class _Watched:
    """What a server says, telling when it ends: the package tells only whoever asks next."""

    def __init__(self, stream: Any, watcher: Watcher) -> None:
        self._stream = stream
        self._watcher = watcher

    @property
    def last_context(self) -> Context | None:
        found: Context | None = getattr(self._stream, "last_context", None)
        return found

    async def receive(self) -> Any:
        return await self._stream.receive()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except StopAsyncIteration:
            self._watcher.on_end()
            raise

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stream.__aexit__(exc_type, exc, traceback)
