"""What a channel gives back when it is shown an event (RFC §5.14)."""

from collections.abc import AsyncIterator

from pydantic import Field

from hooks.results import Observation, Task
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class ChannelOutput(Frozen):
    """Answers and side effects; `response_stream` yields text deltas and excludes events.

    Side effects are kept whatever the channel's access, mute or visibility.
    """

    responded: bool = False
    response_events: list[RoomEvent] = []
    response_stream: AsyncIterator[str] | None = Field(default=None, exclude=True)
    response_metadata: JsonObject = {}
    provider_result: ProviderResult | None = None
    tasks: list[Task] = []
    observations: list[Observation] = []
    metadata_updates: JsonObject = {}

    @classmethod
    def empty(cls) -> "ChannelOutput":
        """Return the output of a channel that has nothing to say."""
        return EMPTY_OUTPUT


EMPTY_OUTPUT = ChannelOutput()
