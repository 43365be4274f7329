"""Memories that keep the beginning of a room as a summary."""

from abc import abstractmethod

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.layered import LayeredMemory
from channels_app.ai.memory.recollection import Condenser, Recollection
from channels_app.ai.memory.trimming import fit
from channels_app.ai.side_calls import SideCalls
from channels_app.ai.store import AIStore
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


class CondensingMemory(LayeredMemory):
    """Recalls what is summarised already; its subclass decides what else to shorten.

    Args:
        inner: The memory whose messages are shortened.
        condenser: Moves older events into the summary.
        tokens: What may be handed out, in tokens.
    """

    def __init__(self, inner: MemoryProvider, condenser: Condenser, *, tokens: int) -> None:
        super().__init__(inner)
        self._condenser = condenser
        self._tokens = tokens

    @abstractmethod
    async def shorten(
        self, recalled: Recollection, context: RoomContext, *, channel_id: str
    ) -> MemoryResult:
        """Return what to hand out of what an agent remembers."""

    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Return what the other memory hands out, as short as it has to be.

        Without a `channel_id` nobody knows who will read a summary: then none is made.
        """
        remembered = await self.inner.retrieve(
            room_id, current_event, context, channel_id=channel_id
        )
        if channel_id is None:
            return fit(remembered, self._tokens, min_events=self._condenser.min_events)
        recalled = await self._condenser.recall(room_id, channel_id, remembered)
        return await self.shorten(recalled, context, channel_id=channel_id)

    def bind(self, store: AIStore) -> None:
        """Keep summaries in this store from now on."""
        super().bind(store)
        self._condenser.summarizer.bind(store)

    def charge(self, calls: SideCalls, *, channel_id: str) -> None:
        """Ask for this agent's summaries by these calls from now on."""
        super().charge(calls, channel_id=channel_id)
        self._condenser.summarizer.charge(calls, channel_id=channel_id)

    async def clear(self, room_id: str) -> None:
        """Forget a room, with its summaries."""
        await super().clear(room_id)
        await self._condenser.summarizer.forget(room_id)

    async def close(self) -> None:
        """Close the other memory and the model's provider."""
        try:
            await super().close()
        finally:
            await self._condenser.summarizer.close()
