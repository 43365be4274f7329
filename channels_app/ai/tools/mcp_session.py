"""A connection to an MCP server that comes back when it was lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from channels_app.ai.tools.mcp_extra import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    Client,
    MCPError,
    httpx2,
)
from channels_app.ai.tools.mcp_transport import CONNECT_S, OpenClient

logger = logging.getLogger(__name__)

T = TypeVar("T")
IDLE_S = 5.0
"""After how long without a word a server is asked whether it is still there."""


class ServerUnreachable(Exception):
    """No connection could be made: the server was asked nothing."""


class ConnectionLost(Exception):
    """The connection broke after the server was asked: nobody knows what it did."""


@dataclass
class _Line:
    """One connection.

    Attributes:
        heard_at: When the server last answered, by the loop's clock in seconds.
        broke_with: Why it ended, if not by hanging up.
        is_forgotten: Whether the server knows the session no more.
    """

    ready: asyncio.Future[Client]
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    heard_at: float = 0.0
    broke_with: BaseException | None = None
    is_forgotten: bool = False
    holder: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        return self.holder is not None and not self.holder.done()

    def on_end(self) -> None:
        self.leave.set()

    def on_forgotten(self) -> None:
        self.is_forgotten = True


class MCPSession:
    """A server as one event loop sees it.

    A task of its own holds the connection, because the package cancels the task that opened one
    when it breaks; so any task may ask, and several at once.

    Args:
        open_client: Connects.
        idle_s: After how many seconds without a word the server is first asked whether it is there.
    """

    def __init__(self, open_client: OpenClient, *, idle_s: float = IDLE_S) -> None:
        self._open = open_client
        self._idle_s = idle_s
        self._line: _Line | None = None
        self._connecting = asyncio.Lock()

    async def ask(
        self, request: Callable[[Client], Awaitable[T]], *, repeatable: bool = False
    ) -> T:
        """Ask the server, over a new connection if the last one is gone.

        A request is made again only if it certainly has not reached the server, or if it is
        `repeatable`.

        Raises:
            ServerUnreachable: If there is no connection to be had.
            ConnectionLost: If it broke while the server was asked.
            MCPError: If the server refuses, or does not answer in time.
        """
        for again in (True, False):
            line = await self._connected()
            try:
                result = await request(line.ready.result())
            except MCPError as error:
                if not _is_lost(line, error):
                    raise
                await self._hang_up(line)
                if not (again and (repeatable or _was_not_heard(line, error))):
                    raise ConnectionLost(_reason(line.broke_with or error)) from error
            else:
                line.heard_at = asyncio.get_running_loop().time()
                return result
        raise AssertionError("unreachable: the second attempt returns or raises")

    async def close(self) -> None:
        """Hang up; asking again connects again."""
        if self._line is not None:
            await self._hang_up(self._line)

    async def _connected(self) -> _Line:
        async with self._connecting:
            if self._line is not None and not await self._is_there(self._line):
                await self._hang_up(self._line)
            if self._line is None:
                self._line = await self._dial()
            return self._line

    async def _is_there(self, line: _Line) -> bool:
        now = asyncio.get_running_loop().time()
        if not line.is_up or now - line.heard_at <= self._idle_s:
            return line.is_up
        try:
            await line.ready.result().list_tools()
        except MCPError as error:
            if _is_lost(line, error) or error.code == REQUEST_TIMEOUT:
                return False
        line.heard_at = now
        return True

    async def _dial(self) -> _Line:
        loop = asyncio.get_running_loop()
        line = _Line(ready=loop.create_future(), heard_at=loop.time())
        line.holder = loop.create_task(self._hold(line), name="roomkit-mcp")
        try:
            await asyncio.wait_for(asyncio.shield(line.ready), CONNECT_S)
        except Exception as error:
            await self._hang_up(line)
            raise ServerUnreachable(_reason(line.broke_with or error)) from error
        except asyncio.CancelledError:
            line.holder.cancel()
            raise
        return line

    async def _hold(self, line: _Line) -> None:
        try:
            async with self._open(line) as client:
                line.ready.set_result(client)
                await line.leave.wait()
        # Whatever ends a connection is told to those who ask over it.
        except Exception as error:
            line.broke_with = error
            logger.info("connection to an MCP server ended", extra={"error": _reason(error)})
            if not line.ready.done():
                line.ready.set_exception(ServerUnreachable(_reason(error)))

    async def _hang_up(self, line: _Line) -> None:
        if self._line is line:
            self._line = None
        if line.holder is None:
            return
        line.leave.set()
        if not line.ready.done() or not await _ends(line.holder):
            line.holder.cancel()
            await _ends(line.holder)


async def _ends(task: asyncio.Task[None]) -> bool:
    done, _ = await asyncio.wait({task}, timeout=CONNECT_S)
    return bool(done)


def _is_lost(line: _Line, error: MCPError) -> bool:
    return line.is_forgotten or error.code == CONNECTION_CLOSED


def _was_not_heard(line: _Line, error: MCPError) -> bool:
    if line.is_forgotten:
        # That is the answer to this request, unless it was cut off by another's.
        return error.code != CONNECTION_CLOSED
    causes = _leaves(line.broke_with) if line.broke_with is not None else []
    return bool(causes) and all(
        isinstance(each, httpx2.ConnectError | httpx2.ConnectTimeout) for each in causes
    )


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


def _reason(error: BaseException) -> str:
    return "; ".join(f"{type(each).__name__}: {each}".rstrip(": ") for each in _leaves(error))
