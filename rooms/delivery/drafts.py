"""What is said without being asked for, before it is sent: by whom, and to whom."""

from rooms.domain.binding import ChannelBinding
from rooms.domain.content import EventContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType
from rooms.domain.errors import ChannelNotFoundError
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent


def find_binding(context: RoomContext, channel_id: str | None) -> ChannelBinding | None:
    """Return the binding of a channel; None if none is named.

    Raises:
        ChannelNotFoundError: If it is not attached.
    """
    if channel_id is None:
        return None
    binding = context.get_binding(channel_id)
    if binding is None:
        raise ChannelNotFoundError(context.room.id, channel_id)
    return binding


def build_draft(room_id: str, content: EventContent, binding: ChannelBinding | None) -> RoomEvent:
    """Return what is said by an agent, to one transport, or to all in the framework's name."""
    speaks = binding is not None and binding.category is ChannelCategory.INTELLIGENCE
    source = EventSource(
        channel_id=binding.channel_id if binding and speaks else SYSTEM_CHANNEL_ID,
        channel_type=binding.channel_type if binding and speaks else ChannelType.SYSTEM,
    )
    only = binding.channel_id if binding and not speaks else "all"
    return RoomEvent(
        room_id=room_id, source=source, content=content, visibility=only, addressed_to=[]
    )
