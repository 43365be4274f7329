"""What is read from webhooks, good and bad."""

from typing import Any

from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem, WebhookRequest
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from rooms.domain.message import InboundMessage

STATUSES = {"queued", "sent", "delivered", "read", "failed", "expired", "canceled"}


def check_item(item: WebhookItem, channel_id: str) -> None:
    """Hold an item to what every item must have.

    Raises:
        AssertionError: If something is missing.
    """
    assert item.channel_id == channel_id
    if isinstance(item, InboundMessage):
        assert item.sender_id
        assert item.provider_message_id or item.idempotency_key
        assert item.raw_payload
    if isinstance(item, EchoMessage):
        assert item.sender_id
        assert item.recipient_id
        assert item.provider_message_id
        assert item.raw_payload
    if isinstance(item, DeliveryStatus):
        assert item.message_id
        assert item.status in STATUSES
        assert item.raw["vendor_status"]


def misread(provider: Provider, request: WebhookRequest, channel_id: str) -> str:
    """Return what a provider does wrong with a webhook, empty if nothing."""
    try:
        items: Any = provider.parse(request, channel_id)
    except MalformedWebhook:
        return ""
    except Exception as error:  # every other kind is what is looked for
        return f"{request.body[:40]!r}: {type(error).__name__}: {error}"
    return "" if isinstance(items, list) else f"{request.body[:40]!r}: {items!r}"
