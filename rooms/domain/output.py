"""What a channel gives back when it is shown an event (RFC §5.14)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pydantic import Field

from hooks.results import Observation, Task
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


@dataclass
class TurnOutcome:
    """How a turn ended; complete once its stream is read to the end.

    Attributes:
        reason: Why no more is said; `completed` unless something was in the way.
        parked: Whether it waits for a decision of people and goes on when its job is reopened.
        metadata: What is stored with the answer, beside what `response_metadata` says.
        tasks: What the turn leaves to be done.
        observations: What it noticed.
        error: A failure in whose place, or behind which, something was said all the same; whoever
            runs the site is told of it.
    """

    reason: str = "completed"
    parked: bool = False
    metadata: JsonObject = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    error: Exception | None = None


class ChannelOutput(Frozen):
    """Answers and side effects; `response_stream` yields text deltas and excludes events.

    Side effects are kept whatever the channel's access, mute or visibility.
    """

    responded: bool = False
    response_events: list[RoomEvent] = []
    response_stream: AsyncIterator[str] | None = Field(default=None, exclude=True)
    response_metadata: JsonObject = {}
    response_outcome: TurnOutcome | None = Field(default=None, exclude=True)
    provider_result: ProviderResult | None = None
    tasks: list[Task] = []
    observations: list[Observation] = []
    metadata_updates: JsonObject = {}

    @classmethod
    def empty(cls) -> "ChannelOutput":
        """Return the output of a channel that has nothing to say."""
        return EMPTY_OUTPUT


EMPTY_OUTPUT = ChannelOutput()
