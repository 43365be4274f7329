"""The beginning of a room as a summary, the rest of it as it was said."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from channels_app.ai.memory.base import MemoryResult
from channels_app.ai.memory.estimation import estimate_event, estimate_message
from channels_app.ai.memory.summarizer import Summarizer
from channels_app.ai.memory.trimming import newest_events
from channels_app.ai.records import RoomSummary
from channels_app.providers.base.ai import AIMessage
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent

HEADLINE = "What was said before the messages below, in notes made automatically:"
LEFT_OUT = "[{} earlier messages are left out here: notes of them could not be made.]"


@dataclass(frozen=True)
class Recollection:
    """What an agent remembers of a room.

    Attributes:
        summary: What it knows of the beginning.
        events: What came behind that, oldest first.
        messages: What other memories have added.
        left_out: How many events are in neither, because they could not be summarised.
    """

    summary: RoomSummary | None
    events: list[RoomEvent]
    messages: list[AIMessage]
    left_out: int = 0

    @property
    def tokens(self) -> int:
        """About how many tokens all of it is."""
        return self.message_tokens + sum(map(estimate_event, self.events))

    @property
    def message_tokens(self) -> int:
        """About how many tokens it is without the events."""
        return sum(map(estimate_message, self._as_messages()))

    def as_result(self) -> MemoryResult:
        """Return it as a memory hands it out: the summary comes first."""
        return MemoryResult(messages=self._as_messages(), events=self.events)

    def with_events(self, change: Callable[[list[RoomEvent]], list[RoomEvent]]) -> "Recollection":
        """Return the same with other events."""
        return replace(self, events=change(self.events))

    def _as_messages(self) -> list[AIMessage]:
        told = [f"{HEADLINE}\n{self.summary.text}"] if self.summary and self.summary.text else []
        told += [LEFT_OUT.format(self.left_out)] if self.left_out else []
        return [*(AIMessage(role="user", content=text) for text in told), *self.messages]


@dataclass(frozen=True, kw_only=True)
class Condenser:
    """Moves the older events of a recollection into its summary when there are too many.

    Half of what fits stays as it was said, so that this is not done with every message.

    Attributes:
        tokens: What fits, in tokens.
        min_events: How many events stay, whatever they take.
        max_events: More events than this are too many, however short: the oldest would leave the
            window of what the agent is shown without anybody having noted them.
    """

    summarizer: Summarizer
    tokens: int
    min_events: int
    max_events: int

    def __post_init__(self) -> None:
        if not 0 <= self.min_events < self.max_events:
            raise ValueError(
                f"min_events is {self.min_events} and max_events {self.max_events}: give from 0 "
                "events, and more at most than at least"
            )

    async def recall(self, room_id: str, channel_id: str, remembered: MemoryResult) -> Recollection:
        """Return what is remembered, without the events that the summary covers."""
        summary = await self.summarizer.get(room_id, channel_id)
        covered = -1 if summary is None else summary.upto_index
        events = [event for event in remembered.events if event.index > covered]
        return Recollection(summary, events, remembered.messages)

    def is_too_much(self, recollection: Recollection) -> bool:
        """Tell whether something has to be summarised."""
        return recollection.tokens > self.tokens or len(recollection.events) > self.max_events

    async def condense(
        self, recollection: Recollection, context: RoomContext, *, channel_id: str
    ) -> Recollection:
        """Return the same, shorter if it is too much.

        If no summary can be made, as many events stay as fit, and a note tells how many do not.
        """
        events = recollection.events
        kept = self._recent(recollection)
        head = events[: len(events) - len(kept)]
        if not head or not self.is_too_much(recollection):
            return recollection
        summary = await self.summarizer.extend(
            recollection.summary, head, context, channel_id=channel_id
        )
        if summary is not None:
            return replace(recollection, summary=summary, events=kept)
        left = self.tokens - recollection.message_tokens
        fitting = newest_events(events, left, at_least=self.min_events)
        return replace(recollection, events=fitting, left_out=len(events) - len(fitting))

    def _recent(self, recollection: Recollection) -> list[RoomEvent]:
        left = (self.tokens - recollection.message_tokens) // 2
        kept = newest_events(recollection.events, left, at_least=self.min_events)
        most = max(self.max_events // 2, self.min_events)
        return kept[len(kept) - most :] if len(kept) > most else kept
