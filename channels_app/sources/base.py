"""What a source is, and what the shipped ones have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.source import SourceHealth, SourceStatus
from rooms.ports import EmitCallback, SourceLink

# What stores nothing now and may store it in a moment.
RATE_LIMITED = "rate_limited"
PROCESS_TIMEOUT = "process_timeout"
PAUSE_S = 1.0
MAX_TIMEOUTS = 3


class MessagePutOff(Exception):
    """A message could not enter in time; its source fetches it again later."""


class SourceProvider(ABC):
    """Fetches messages of one channel and hands each to `emit`.

    A kit that it is attached to starts it in one process at a time, starts it again when it fails
    and stops it in the end. A class of its own may also have a method `bind(link)`: it is called
    before each start with what a source has beside `emit` (see `rooms.ports.SourceLink`).
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """The name that events and logs show, such as `imap`."""

    @abstractmethod
    async def start(self, emit: EmitCallback) -> None:
        """Fetch messages until `stop` is called or the task is cancelled.

        Returning says that there is nothing more to come: with the status STOPPED because it is
        done, with ERROR because a person is needed. Raising asks for another start later. A message
        is stored once `emit` has returned; emitting one twice under one id stores it once.
        """

    @abstractmethod
    async def stop(self) -> None:
        """Let `start` return, and free connections; twice does no harm."""

    @property
    @abstractmethod
    def status(self) -> SourceStatus:
        """Where it stands."""

    @abstractmethod
    async def healthcheck(self) -> SourceHealth:
        """Return how it is doing."""


class BaseSourceProvider(SourceProvider):
    """Keeps status and numbers; a subclass gives `name` and `start`."""

    def __init__(self) -> None:
        self._status = SourceStatus.STOPPED
        self._error: str | None = None
        self._connected_at: datetime | None = None
        self._last_message_at: datetime | None = None
        self._messages_received = 0
        self._facts: dict[str, str] = {}
        self._stopping = asyncio.Event()
        self._link: SourceLink | None = None
        self._own_cursor: JsonObject = {}

    @property
    def status(self) -> SourceStatus:
        """Where it stands."""
        return self._status

    async def healthcheck(self) -> SourceHealth:
        """Return how it is doing."""
        return SourceHealth(
            status=self._status,
            connected_at=self._connected_at,
            last_message_at=self._last_message_at,
            messages_received=self._messages_received,
            error=self._error,
            metadata=dict(self._facts),
        )

    async def stop(self) -> None:
        """Ask `start` to return; what failed for good stays ERROR."""
        self._stopping.set()
        if self._status is not SourceStatus.ERROR:
            self._set_status(SourceStatus.STOPPED)

    def bind(self, link: SourceLink) -> None:
        """Take what the kit offers beside `emit`."""
        self._link = link

    # -- for subclasses

    def _begin(self) -> None:
        """Forget that it was stopped before; `start` calls it first."""
        self._stopping.clear()
        self._set_status(SourceStatus.CONNECTING)

    async def _keep_connected(self, connect: Callable[[], Awaitable[float | None]]) -> None:
        """Connect again and again until stopped.

        Args:
            connect: Serves one connection; returns after how many seconds to connect again, or None
                if there is nothing more to come. Raises if no connection came about.
        """
        self._begin()
        serving = asyncio.ensure_future(self._connect_again_and_again(connect))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        finally:
            for task in (serving, stopping):
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task

    async def _connect_again_and_again(
        self, connect: Callable[[], Awaitable[float | None]]
    ) -> None:
        while (pause := await connect()) is not None:
            self._set_status(SourceStatus.RECONNECTING)
            await asyncio.sleep(pause)
        self._set_status(SourceStatus.STOPPED)

    async def _deliver(self, emit: EmitCallback, message: InboundMessage) -> InboundResult:
        """Emit a message and count it; where messages are limited, this waits for its turn.

        Raises:
            MessagePutOff: If it was not processed in time, several times.
        """
        timeouts = 0
        while timeouts < MAX_TIMEOUTS:
            result = await emit(message)
            if result.event is not None or result.reason not in (RATE_LIMITED, PROCESS_TIMEOUT):
                self._record_message()
                return result
            timeouts += result.reason == PROCESS_TIMEOUT
            await asyncio.sleep(PAUSE_S)
        raise MessagePutOff(f"a message was not processed in time, {MAX_TIMEOUTS} times")

    async def _apply(self, items: Sequence[Any]) -> None:
        """Let items that are no messages take effect; without a kit nobody could."""
        if self._link is not None:
            await self._link.take(items)

    @property
    def _cursor(self) -> JsonObject:
        """How far it has read; without a kit it is known as long as this object lives."""
        return self._own_cursor if self._link is None else self._link.cursor

    async def _keep_cursor(self, cursor: JsonObject) -> None:
        """Keep how far it has read."""
        self._own_cursor = cursor
        if self._link is not None:
            await self._link.keep_cursor(cursor)

    def _set_status(self, status: SourceStatus, error: str | None = None) -> None:
        """Note where it stands, and why if that is bad; the kit tells of it."""
        if status is SourceStatus.CONNECTED and self._status is not status:
            self._connected_at = utc_now()
        self._status, self._error = status, error
        self._look()

    def _set_fact(self, name: str, value: str | None) -> None:
        """Show something in the health's metadata, or nothing any more with None."""
        if self._facts.get(name) == value:
            return
        if value is None:
            del self._facts[name]
        else:
            self._facts[name] = value
        self._look()

    def _record_message(self) -> None:
        """Count a message that was emitted."""
        self._messages_received += 1
        self._last_message_at = utc_now()

    def _look(self) -> None:
        if self._link is not None:
            self._link.look()
