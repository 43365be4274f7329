"""A room as hooks and channels see it during one event (RFC §5.7)."""

from rooms.domain.binding import ChannelBinding
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.participant import Participant
from rooms.domain.room import Room


class RoomContext(Frozen):
    """Room, bindings, participants and the tail of its messages, oldest first.

    `recent_events` never contains the event being processed.
    """

    room: Room
    bindings: list[ChannelBinding] = []
    participants: list[Participant] = []
    recent_events: list[RoomEvent] = []

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
