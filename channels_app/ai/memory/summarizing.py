"""Remembering in stages: long messages are cut first, then summarised, then dropped."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.layered import LayeredMemory
from channels_app.ai.memory.recollection import Condenser
from channels_app.ai.memory.summarizer import Summarizer
from channels_app.ai.memory.trimming import TokenBudget, fit
from channels_app.ai.store import AIStore
from channels_app.ai.wording import describe
from channels_app.providers.base.ai import AIProvider
from rooms.domain.content import RichContent, TextContent
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent

MAX_BODY_CHARS = 2000


class SummarizingMemory(LayeredMemory):
    """Does as little as is needed, in three stages.

    From half of what fits, long messages in the older half are cut, which asks no model. From 85 %,
    the older messages are summarised as `CompactingMemory` does, and the summary is kept. What is
    still too much is dropped, oldest first.

    Args:
        inner: The memory whose messages are shortened.
        provider: Makes the summaries; a small model will do. It is closed with the memory.
        max_context_tokens: What the model that answers can read, in tokens.
        cut_ratio: From which part of what fits on long messages are cut.
        summary_ratio: From which part of what fits on older messages are summarised.
        safety_margin_ratio: The part of `max_context_tokens` that stays free.
        min_events: How many events stay, whatever they take.
        max_events: As for `CompactingMemory`.

    Raises:
        ValueError: If nothing would be left to remember anything, no event could stay, or the
            ratios are not in this order.
    """

    def __init__(  # noqa: PLR0913 - each is a number that people tune
        self,
        inner: MemoryProvider,
        provider: AIProvider,
        max_context_tokens: int,
        *,
        cut_ratio: float = 0.5,
        summary_ratio: float = 0.85,
        safety_margin_ratio: float = 0.15,
        min_events: int = 5,
        max_events: int = 40,
    ) -> None:
        super().__init__(inner)
        if not 0 <= cut_ratio <= summary_ratio <= 1:
            raise ValueError(
                f"cut_ratio is {cut_ratio} and summary_ratio {summary_ratio}: give them from 0 to "
                "1, in this order"
            )
        self._tokens = TokenBudget(max_context_tokens, safety_margin_ratio).usable
        self._cut_from = self._tokens * cut_ratio
        self._min_events = min_events
        self._summarizer = Summarizer(provider, max_tokens=max_context_tokens // 10)
        self._condenser = Condenser(
            summarizer=self._summarizer,
            tokens=int(self._tokens * summary_ratio),
            min_events=min_events,
            max_events=max_events,
        )

    @property
    def name(self) -> str:
        """Always `summarizing`."""
        return "summarizing"

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
        """Return what the other memory hands out, as short as it has to be.

        Without a `channel_id` nobody knows who will read a summary: then none is made.
        """
        remembered = await self.inner.retrieve(
            room_id, current_event, context, channel_id=channel_id
        )
        if channel_id is None:
            return fit(remembered, self._tokens, min_events=self._min_events)
        recalled = await self._condenser.recall(room_id, channel_id, remembered)
        if recalled.tokens > self._cut_from:
            recalled = recalled.with_events(cut_older_half)
        condensed = await self._condenser.condense(recalled, context, channel_id=channel_id)
        return fit(condensed.as_result(), self._tokens, min_events=self._min_events)

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


def cut_older_half(events: list[RoomEvent]) -> list[RoomEvent]:
    """Return the events with long texts cut in the older half of them."""
    half = len(events) // 2
    return [*map(_cut, events[:half]), *events[half:]]


def _cut(event: RoomEvent) -> RoomEvent:
    if not isinstance(event.content, TextContent | RichContent):
        return event
    text = describe(event.content)
    if len(text) <= MAX_BODY_CHARS:
        return event
    left = len(text) - MAX_BODY_CHARS
    body = f"{text[:MAX_BODY_CHARS]}… [{left} more characters]"
    return event.model_copy(update={"content": TextContent(body=body)})
