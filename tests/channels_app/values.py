"""Short ways to make the values that tests of channels pass around."""

from typing import Any

from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.content import EventContent, TextContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.message import InboundMessage
from rooms.domain.participant import Participant
from rooms.domain.room import Room

ROOM = "room-1"
CUSTOMER = "customer"


def make_binding(channel_id: str = "chat", room_id: str = ROOM, **fields: Any) -> ChannelBinding:
    """Bind a channel to a room, by WebSocket unless told otherwise."""
    given: dict[str, Any] = {"channel_type": ChannelType.WEBSOCKET} | fields
    return ChannelBinding(channel_id=channel_id, room_id=room_id, **given)


def make_reader(channel_id: str = "chat", **capabilities: Any) -> ChannelBinding:
    """Bind a transport that can show these things."""
    return make_binding(channel_id, capabilities=ChannelCapabilities(**capabilities))


def make_agent_binding(channel_id: str = "agent", **metadata: Any) -> ChannelBinding:
    """Bind an agent with this metadata."""
    return make_binding(
        channel_id,
        channel_type=ChannelType.AI,
        category=ChannelCategory.INTELLIGENCE,
        metadata=metadata,
    )


def make_context(
    *bindings: ChannelBinding,
    recent: list[RoomEvent] | None = None,
    participants: list[Participant] | None = None,
) -> RoomContext:
    """Make the context of the test's room."""
    return RoomContext(
        room=Room(id=ROOM),
        bindings=list(bindings),
        recent_events=recent or [],
        participants=participants or [],
    )


def make_event(
    said: str | EventContent = "Hello",
    *,
    channel_id: str = "chat",
    sender: str | None = CUSTOMER,
    **fields: Any,
) -> RoomEvent:
    """Make an event of the test's room; an agent's has `sender=None`."""
    content = TextContent(body=said) if isinstance(said, str) else said
    source = EventSource(
        channel_id=channel_id, channel_type=ChannelType.WEBSOCKET, participant_id=sender
    )
    given: dict[str, Any] = {"room_id": ROOM} | fields
    return RoomEvent(source=source, content=content, **given)


def make_message(said: str | EventContent = "Hello", **fields: Any) -> InboundMessage:
    """Make a message from the customer."""
    content = TextContent(body=said) if isinstance(said, str) else said
    given: dict[str, Any] = {"channel_id": "chat", "sender_id": CUSTOMER} | fields
    return InboundMessage(content=content, **given)


def make_person(participant_id: str, display_name: str | None = None) -> Participant:
    """Make a participant of the test's room."""
    return Participant(
        id=participant_id, room_id=ROOM, channel_id="chat", display_name=display_name
    )
