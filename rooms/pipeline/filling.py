"""What a message brings along for the event it becomes."""

import copy

from rooms.channel import Channel
from rooms.domain.event import RoomEvent
from rooms.domain.message import InboundMessage


def complete(message: InboundMessage, channel: Channel) -> InboundMessage:
    """Return the message with what the framework knows and its own copy of the raw payload."""
    return message.model_copy(
        update={
            "channel_type": channel.channel_type,
            "raw_payload": copy.deepcopy(message.raw_payload),
        }
    )


def gaps(event: RoomEvent, message: InboundMessage) -> dict[str, object]:
    """Return the message-level values for what the channel's event has left open."""
    return {
        "visibility": event.visibility if event.visibility != "all" else message.visibility,
        "parent_event_id": event.parent_event_id or message.parent_event_id,
        "idempotency_key": event.idempotency_key or message.idempotency_key,
        "response_visibility": event.response_visibility or message.response_visibility,
        "addressed_to": message.addressed_to if event.addressed_to is None else event.addressed_to,
    }
