"""What we post: an event as JSON."""

import json
from hashlib import sha256

from rooms.domain.event import RoomEvent
from rooms.domain.progress import name_send


def build_body(event: RoomEvent, recipient_id: str) -> bytes:
    """Return the body of a webhook that shows one event to one recipient."""
    shown = {
        "recipient_id": recipient_id,
        "channel_id": event.source.channel_id,
        "room_id": event.room_id,
        "event_id": event.id,
        "type": str(event.type),
        "content": event.content.model_dump(mode="json"),
        "metadata": event.metadata,
    }
    return json.dumps(shown, ensure_ascii=False, default=str).encode()


def build_id(event: RoomEvent, recipient_id: str) -> str:
    """Return the webhook's id: the same each time the event is posted to that recipient.

    Receivers know a repeated webhook by it, so that one whose outcome is unknown can be repeated.
    """
    recipient = sha256(recipient_id.encode()).hexdigest()[:16]
    return f"msg_{name_send(event)}_{recipient}"
