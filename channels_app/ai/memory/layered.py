"""Memories on top of other memories."""

from channels_app.ai.keeping import bind_parts, charge_parts
from channels_app.ai.memory.base import MemoryProvider
from channels_app.ai.side_calls import SideCalls
from channels_app.ai.store import AIStore
from rooms.domain.event import RoomEvent


class LayeredMemory(MemoryProvider):
    """Changes what another memory hands out; everything else is passed on to that one.

    Attributes:
        inner: The other memory.
    """

    def __init__(self, inner: MemoryProvider) -> None:
        self.inner = inner

    def bind(self, store: AIStore) -> None:
        """Keep things in this store from now on."""
        bind_parts(store, self.inner)

    def charge(self, calls: SideCalls, *, channel_id: str) -> None:
        """Ask models by these calls for this agent from now on."""
        charge_parts(calls, self.inner, channel_id=channel_id)

    async def ingest(
        self, room_id: str, event: RoomEvent, *, channel_id: str | None = None
    ) -> None:
        """Learn of an event the agent was shown."""
        await self.inner.ingest(room_id, event, channel_id=channel_id)

    async def clear(self, room_id: str) -> None:
        """Forget a room."""
        await self.inner.clear(room_id)

    async def close(self) -> None:
        """Free what is held; calling it twice does no harm."""
        await self.inner.close()
