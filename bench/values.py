"""What is said in a bench: one ordinary sentence."""

from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.content import TextContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelType, EventStatus
from rooms.domain.event import ChannelData, EventSource, RoomEvent
from rooms.domain.message import InboundMessage
from rooms.domain.room import Room

ROOM = "bench-room"
VISITORS = "visitor-ws"
DESK = "desk-ws"
SENTENCE = "Where is my order? I paid for it last Tuesday and nothing has come."


def build_message(room_id: str, number: int) -> InboundMessage:
    """Build what a visitor's socket hands to the kit."""
    return InboundMessage(
        channel_id=VISITORS,
        sender_id=f"visitor-of-{room_id}",
        content=TextContent(body=SENTENCE),
        room_id=room_id,
        idempotency_key=f"ws:visitor-of-{room_id}:{number}",
    )


def build_event(index: int = 0) -> RoomEvent:
    """Build the event that such a message becomes, as it is stored."""
    return RoomEvent(
        room_id=ROOM,
        index=index,
        status=EventStatus.DELIVERED,
        source=EventSource(
            channel_id=VISITORS,
            channel_type=ChannelType.WEBSOCKET,
            participant_id=f"visitor-of-{ROOM}",
            provider="websocket",
        ),
        content=TextContent(body=SENTENCE),
        channel_data=ChannelData(provider="websocket"),
    )


def build_binding(capabilities: ChannelCapabilities) -> ChannelBinding:
    """Build the attachment of the desk's sockets to the room."""
    return ChannelBinding(
        channel_id=DESK,
        room_id=ROOM,
        channel_type=ChannelType.WEBSOCKET,
        capabilities=capabilities,
    )


def build_context(binding: ChannelBinding) -> RoomContext:
    """Build what a channel is told of the room."""
    return RoomContext(room=Room(id=ROOM), bindings=[binding])
