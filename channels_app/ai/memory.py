"""What an agent remembers of a room when it is asked again."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from pydantic import Field

from channels_app.providers.base.ai import AIMessage
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen


class MemoryResult(Frozen):
    """What to show the model before the current event: ready messages first, then events."""

    messages: list[AIMessage] = Field(default_factory=list)
    events: list[RoomEvent] = Field(default_factory=list)


class MemoryProvider(ABC):
    """Decides how much of a room an agent is shown. One object serves all rooms."""

    @property
    def name(self) -> str:
        """The name that logs show."""
        return type(self).__name__

    @abstractmethod
    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Return what came before `current_event`, which itself must not be in the result.

        `context.recent_events` holds only what the agent `channel_id` may see.
        """

    async def ingest(
        self, room_id: str, event: RoomEvent, *, channel_id: str | None = None
    ) -> None:
        """Learn of an event the agent was shown; the default keeps nothing."""

    async def clear(self, room_id: str) -> None:
        """Forget a room; the default has nothing to forget."""

    async def close(self) -> None:
        """Free what is held; calling it twice does no harm."""


class SlidingWindowMemory(MemoryProvider):
    """The last messages of the room, and nothing else."""

    def __init__(self, max_events: int = 50) -> None:
        if max_events < 0:
            raise ValueError(f"max_events must not be negative, got {max_events}")
        self._max_events = max_events

    @property
    def name(self) -> str:
        """Always `sliding_window`."""
        return "sliding_window"

    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Return the newest `max_events` recent events but the current one, oldest first."""
        earlier = [event for event in context.recent_events if event.id != current_event.id]
        return MemoryResult(events=earlier[max(0, len(earlier) - self._max_events) :])


class MemoryCall(NamedTuple):
    """One call of a mock: the room, the event it was about, and the agent who asked."""

    room_id: str
    event: RoomEvent
    channel_id: str | None


class MockMemoryProvider(MemoryProvider):
    """Remembers what it was told to, for tests.

    Attributes:
        retrieved: Every question it was asked.
        ingested: Every event it was shown.
        cleared: The rooms it was told to forget.
        closed: Whether `close` was called.
    """

    def __init__(
        self, messages: list[AIMessage] | None = None, events: list[RoomEvent] | None = None
    ) -> None:
        self.retrieved: list[MemoryCall] = []
        self.ingested: list[MemoryCall] = []
        self.cleared: list[str] = []
        self.closed = False
        self._result = MemoryResult(messages=messages or [], events=events or [])

    @property
    def name(self) -> str:
        """Always `mock`."""
        return "mock"

    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Note the call and return what the constructor was given."""
        self.retrieved.append(MemoryCall(room_id, current_event, channel_id))
        return self._result

    async def ingest(
        self, room_id: str, event: RoomEvent, *, channel_id: str | None = None
    ) -> None:
        """Note the call."""
        self.ingested.append(MemoryCall(room_id, event, channel_id))

    async def clear(self, room_id: str) -> None:
        """Note the room."""
        self.cleared.append(room_id)

    async def close(self) -> None:
        """Note that it was called."""
        self.closed = True
