"""Remembering in stages: long messages are cut first, then summarised, then dropped."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.condensing import CondensingMemory
from channels_app.ai.memory.recollection import Condenser, Recollection
from channels_app.ai.memory.summarizer import Summarizer
from channels_app.ai.memory.trimming import TokenBudget, fit
from channels_app.ai.wording import describe
from channels_app.providers.base.ai import AIProvider
from rooms.domain.content import RichContent, TextContent
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent

MAX_BODY_CHARS = 2000


class SummarizingMemory(CondensingMemory):
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
        if not 0 <= cut_ratio <= summary_ratio <= 1:
            raise ValueError(
                f"cut_ratio is {cut_ratio} and summary_ratio {summary_ratio}: give them from 0 to "
                "1, in this order"
            )
        tokens = TokenBudget(max_context_tokens, safety_margin_ratio).usable
        condenser = Condenser(
            summarizer=Summarizer(provider, max_tokens=max_context_tokens // 10),
            tokens=int(tokens * summary_ratio),
            min_events=min_events,
            max_events=max_events,
        )
        super().__init__(inner, condenser, tokens=tokens)
        self._cut_from = tokens * cut_ratio

    @property
    def name(self) -> str:
        """Always `summarizing`."""
        return "summarizing"

    async def shorten(
        self, recalled: Recollection, context: RoomContext, *, channel_id: str
    ) -> MemoryResult:
        """Cut, then summarise, then drop: only as much as it takes."""
        if recalled.tokens > self._cut_from:
            recalled = recalled.with_events(cut_older_half)
        condensed = await self._condenser.condense(recalled, context, channel_id=channel_id)
        return fit(condensed.as_result(), self._tokens, min_events=self._condenser.min_events)


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
