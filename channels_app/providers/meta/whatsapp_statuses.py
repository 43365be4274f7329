"""What WhatsApp reports of the messages that we sent."""

from channels_app.providers.base.webhook import WebhookItem
from channels_app.providers.meta.errors import WHATSAPP
from channels_app.providers.meta.webhook_items import read_time
from channels_app.providers.meta.whatsapp_addresses import phone_of
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.json import JsonObject

STATUSES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def read_status(
    status: JsonObject, *, channel_id: str, provider: str, number: str
) -> list[WebhookItem]:
    """Return what became of a message from `number`; words that mean nothing here are left out."""
    word = STATUSES.get(status["status"])
    if word is None:
        return []
    error: JsonObject = next(iter(status.get("errors") or []), {})
    recipient = status.get("recipient_id")
    return [
        DeliveryStatus(
            channel_id=channel_id,
            provider=provider,
            message_id=status["id"],
            status=word,
            recipient=phone_of(recipient) if recipient else status.get("recipient_user_id", ""),
            sender=number,
            error_code=str(error["code"]) if "code" in error else None,
            error_message=error.get("title") or error.get("message"),
            timestamp=read_time(status.get("timestamp")),
            raw={
                **status,
                "vendor_status": status["status"],
                "event_id": status.get("biz_opaque_callback_data"),
                **_outcome_of(error),
            },
        )
    ]


def _outcome_of(error: JsonObject) -> JsonObject:
    """Return what we make of an error that is told after the answer to the send."""
    code = error.get("code")
    outcome = WHATSAPP.get(code, SendOutcome.REJECTED) if isinstance(code, int) else None
    return {"outcome": outcome.value} if outcome else {}
