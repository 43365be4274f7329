"""From a received message to an event: the same for every channel that carries messages."""

from channels_app.providers.base.files import FILES
from rooms.channel import Channel
from rooms.domain.content import (
    EventContent,
    copy_storable,
    leaves,
)
from rooms.domain.context import RoomContext
from rooms.domain.enums import AnyChannelType, ChannelType
from rooms.domain.event import ChannelData, EventSource, RoomEvent
from rooms.domain.message import InboundMessage


def build_inbound_event(
    channel: Channel, message: InboundMessage, context: RoomContext
) -> RoomEvent:
    """Build the event of a message in the context's room.

    The channel's own type counts, whatever the message claims. The raw payload is copied, so that
    nobody who still holds the message can change history (RFC §5.2), and says U+FFFD where it held
    what no database keeps: one odd character must not lose a message. Visibility, addressees,
    parent and response scope are left to the pipeline, which takes them from the message.
    """
    provider = channel.provider_name or str(channel.channel_type)
    return RoomEvent(
        room_id=context.room.id,
        type=message.event_type,
        source=EventSource(
            channel_id=channel.channel_id,
            channel_type=_type_on_event(channel.channel_type, message.content),
            participant_id=message.sender_id,
            external_id=message.external_id,
            provider=provider,
            raw_payload=copy_storable(message.raw_payload),
            provider_message_id=message.provider_message_id,
        ),
        content=message.content,
        idempotency_key=message.idempotency_key,
        metadata=copy_storable(message.metadata),
        channel_data=ChannelData(
            provider=provider,
            external_id=message.external_id,
            thread_id=message.thread_id,
            extra={"sent_at": message.timestamp.isoformat()} if message.timestamp else {},
        ),
    )


def _type_on_event(channel_type: AnyChannelType, content: EventContent) -> AnyChannelType:
    """Call a text message that carries a file MMS; the binding stays SMS."""
    if channel_type == ChannelType.SMS and any(isinstance(leaf, FILES) for leaf in leaves(content)):
        return ChannelType.MMS
    return channel_type
