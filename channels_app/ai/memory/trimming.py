"""Making what is remembered fit into what a model can read."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels_app.ai.memory.base import MemoryResult
from channels_app.ai.memory.estimation import estimate_event, estimate_message
from channels_app.providers.base.ai import AIMessage
from channels_app.providers.base.legality import calls_of
from rooms.domain.event import RoomEvent


@dataclass(frozen=True)
class TokenBudget:
    """How many tokens a memory may hand out.

    Attributes:
        max_tokens: What the model can read.
        margin_ratio: The part of it that is left free, because estimates are guesses.
        reserved_tokens: What the prompt, the tools and the answer take.

    Raises:
        ValueError: If nothing is left.
    """

    max_tokens: int
    margin_ratio: float = 0.15
    reserved_tokens: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.margin_ratio < 1 or self.usable <= 0:
            raise ValueError(
                f"{self.max_tokens} tokens without a margin of {self.margin_ratio} (from 0, below "
                f"1) and {self.reserved_tokens} reserved ones leave none to remember anything"
            )

    @property
    def usable(self) -> int:
        """How many tokens there are for what is remembered."""
        return int(self.max_tokens * (1 - self.margin_ratio)) - self.reserved_tokens


def fit(remembered: MemoryResult, tokens: int, *, min_events: int) -> MemoryResult:
    """Drop the oldest events until the rest fits; `min_events` stay, whatever they take.

    Messages are dropped, oldest first, only if they alone are too much; the calls of tools go with
    their results.
    """
    messages = _newest_messages(remembered.messages, tokens)
    left = tokens - sum(map(estimate_message, messages))
    events = newest_events(remembered.events, left, at_least=min_events)
    return MemoryResult(messages=messages, events=events)


def newest_events(events: Sequence[RoomEvent], tokens: int, *, at_least: int) -> list[RoomEvent]:
    """Return the newest events that fit, `at_least` so many, oldest first."""
    kept = used = 0
    for event in reversed(events):
        used += estimate_event(event)
        if used > tokens and kept >= at_least:
            break
        kept += 1
    return list(events[len(events) - kept :])


def _newest_messages(messages: Sequence[AIMessage], tokens: int) -> list[AIMessage]:
    kept: list[AIMessage] = []
    for group in reversed(_groups(messages)):
        tokens -= sum(map(estimate_message, group))
        if tokens < 0:
            break
        kept = [*group, *kept]
    return kept


def _groups(messages: Sequence[AIMessage]) -> list[list[AIMessage]]:
    """Return what must stay together: a turn that calls tools, and the results behind it."""
    groups: list[list[AIMessage]] = []
    for message in messages:
        if message.role == "tool" and groups and calls_of(groups[-1][0]):
            groups[-1].append(message)
        else:
            groups.append([message])
    return groups
