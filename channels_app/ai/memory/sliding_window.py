"""Remembering the newest messages."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


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
