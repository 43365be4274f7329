"""Events to send and webhooks to read."""

from typing import Any

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.testing.fakes.meta import Signed
from rooms.domain.content import EventContent, TextContent
from rooms.domain.enums import ChannelType
from rooms.domain.event import ChannelData, EventSource, RoomEvent

TO = "+15145550123"
EVENT_ID = "0f9a1b2c3d4e4f60"


def said(
    content: EventContent | str,
    *,
    by: ChannelType = ChannelType.WEBSOCKET,
    **vendor_ids: Any,
) -> RoomEvent:
    """Return an event that somebody of ours said; `vendor_ids` are those of its targets."""
    return RoomEvent(
        id=EVENT_ID,
        room_id="room-1",
        source=EventSource(channel_id="web", channel_type=by),
        content=TextContent(body=content) if isinstance(content, str) else content,
        channel_data=ChannelData(extra=vendor_ids),
    )


def webhook(signed: Signed) -> WebhookRequest:
    """Return the request that a fake posts."""
    return WebhookRequest(
        method="POST",
        url="https://rooms.example.org/webhooks/whatsapp/meta/wa",
        headers={name.lower(): value for name, value in signed.headers.items()},
        body=signed.body,
    )
