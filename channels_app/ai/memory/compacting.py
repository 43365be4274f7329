"""Remembering the beginning of a room in few words."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.layered import LayeredMemory
from channels_app.ai.memory.recollection import Condenser
from channels_app.ai.memory.summarizer import Summarizer
from channels_app.ai.memory.trimming import TokenBudget, fit
from channels_app.ai.store import AIStore
from channels_app.providers.base.ai import AIProvider
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


class CompactingMemory(LayeredMemory):
    """Summarises what no longer fits, and keeps the summary beside the room.

    Each summary is made of the one before and the messages since, and holds only what its agent
    may see. It is forgotten when a message of the room is edited or deleted.

    Args:
        inner: The memory whose messages are summarised.
        provider: Makes the summaries; a small model will do. It is closed with the memory.
        max_context_tokens: What the model that answers can read, in tokens.
        summary_ratio: The part of it that a summary may take; never more than 1000 tokens.
        safety_margin_ratio: The part of it that stays free: token counts are guesses.
        min_events: How many events are never summarised.
        max_events: How many events are never exceeded; less than what the channel is shown
            (`max_context_events`), or the oldest are gone before they are summarised.

    Raises:
        ValueError: If nothing would be left to remember anything, or no event could stay.
    """

    def __init__(  # noqa: PLR0913 - each is a number that people tune
        self,
        inner: MemoryProvider,
        provider: AIProvider,
        max_context_tokens: int,
        *,
        summary_ratio: float = 0.10,
        safety_margin_ratio: float = 0.15,
        min_events: int = 5,
        max_events: int = 40,
    ) -> None:
        super().__init__(inner)
        self._tokens = TokenBudget(max_context_tokens, safety_margin_ratio).usable
        self._min_events = min_events
        self._summarizer = Summarizer(provider, max_tokens=int(max_context_tokens * summary_ratio))
        self._condenser = Condenser(
            summarizer=self._summarizer,
            tokens=self._tokens,
            min_events=min_events,
            max_events=max_events,
        )

    @property
    def name(self) -> str:
        """Always `compacting`."""
        return "compacting"

    def bind(self, store: AIStore) -> None:
        """Keep summaries in this store from now on."""
        super().bind(store)
        self._summarizer.bind(store)

    async def retrieve(
        self,
        room_id: str,
        current_event: RoomEvent,
        context: RoomContext,
        *,
        channel_id: str | None = None,
    ) -> MemoryResult:
        """Return the summary of the beginning, if there is one, and the events since.

        Without a `channel_id` nobody knows who will read a summary: then none is made.
        """
        remembered = await self.inner.retrieve(
            room_id, current_event, context, channel_id=channel_id
        )
        if channel_id is None:
            return fit(remembered, self._tokens, min_events=self._min_events)
        recalled = await self._condenser.recall(room_id, channel_id, remembered)
        condensed = await self._condenser.condense(recalled, context, channel_id=channel_id)
        return condensed.as_result()

    async def clear(self, room_id: str) -> None:
        """Forget a room, with its summaries."""
        await super().clear(room_id)
        await self._summarizer.forget(room_id)

    async def close(self) -> None:
        """Close the other memory and the model's provider."""
        try:
            await super().close()
        finally:
            await self._summarizer.close()
