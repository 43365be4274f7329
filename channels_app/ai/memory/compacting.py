"""Remembering the beginning of a room in few words."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.condensing import CondensingMemory
from channels_app.ai.memory.recollection import Condenser, Recollection
from channels_app.ai.memory.summarizer import Summarizer
from channels_app.ai.memory.trimming import TokenBudget
from channels_app.providers.base.ai import AIProvider
from rooms.domain.context import RoomContext


class CompactingMemory(CondensingMemory):
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
        tokens = TokenBudget(max_context_tokens, safety_margin_ratio).usable
        condenser = Condenser(
            summarizer=Summarizer(provider, max_tokens=int(max_context_tokens * summary_ratio)),
            tokens=tokens,
            min_events=min_events,
            max_events=max_events,
        )
        super().__init__(inner, condenser, tokens=tokens)

    @property
    def name(self) -> str:
        """Always `compacting`."""
        return "compacting"

    async def shorten(
        self, recalled: Recollection, context: RoomContext, *, channel_id: str
    ) -> MemoryResult:
        """Return the summary of the beginning, if there is one, and the events since."""
        condensed = await self._condenser.condense(recalled, context, channel_id=channel_id)
        return condensed.as_result()
