"""A memory that is told what to remember."""

from typing import NamedTuple

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.providers.base.ai import AIMessage
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


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
