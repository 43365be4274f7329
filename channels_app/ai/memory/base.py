"""The contract of memories: what an agent remembers of a room when it is asked again."""

from abc import ABC, abstractmethod

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
