"""A room as hooks and channels see it during one event (RFC §5.7)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import Field

from rooms.domain.binding import ChannelBinding
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.participant import Participant
from rooms.domain.room import Room


@dataclass(frozen=True)
class Asking:
    """What an intelligence channel is told about being asked, beside the event.

    Attributes:
        delivery_id: The row of this job; None where there is no outbox.
        owner_epoch: The owner's epoch the answer is made under.
        segment: How many pieces of the answer are stored already; more than 0 after a turn was
            parked.
        stop_reason: Asks why the turn should end early, such as `taken_over`; None goes on.
        is_repeated: Whether the job may have been begun before and left work to take up.
    """

    delivery_id: str | None
    owner_epoch: int
    segment: int
    stop_reason: Callable[[], Awaitable[str | None]]
    is_repeated: bool = False


class RoomContext(Frozen):
    """Room, bindings, participants and the tail of its messages, oldest first.

    `recent_events` never contains the event being processed. `asking` is there for channels that
    are asked for an answer.
    """

    room: Room
    bindings: list[ChannelBinding] = []
    participants: list[Participant] = []
    recent_events: list[RoomEvent] = []
    asking: Asking | None = Field(default=None, exclude=True, repr=False)

    def other_channels(self, exclude_channel_id: str) -> list[ChannelBinding]:
        """Return every binding but the named one."""
        return [b for b in self.bindings if b.channel_id != exclude_channel_id]

    def channels_by_type(self, channel_type: str) -> list[ChannelBinding]:
        """Return the bindings of one channel type."""
        return [b for b in self.bindings if b.channel_type == channel_type]

    def get_binding(self, channel_id: str) -> ChannelBinding | None:
        """Return the binding of a channel, or None when it is not attached."""
        return next((b for b in self.bindings if b.channel_id == channel_id), None)

    def get_participant(self, participant_id: str) -> Participant | None:
        """Return a participant by id, or None."""
        return next((p for p in self.participants if p.id == participant_id), None)
