"""From a batch of SendGrid's events to what they mean."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from channels_app.providers.base.mail.addresses import fold_case
from channels_app.providers.base.webhook import ContactChanged, MalformedWebhook, WebhookItem
from channels_app.providers.sendgrid.requests import EVENT_ARGUMENT
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject

# The vendor's words, ours, and what ours cannot say.
STATUSES = {
    "processed": ("queued", ""),
    "deferred": ("queued", "deferred"),
    "delivered": ("delivered", ""),
    "bounce": ("failed", ""),
    "dropped": ("failed", "dropped"),
    "open": ("read", ""),
    "click": ("read", ""),
    "spamreport": ("delivered", "complained"),
}
CHANGES = {
    "spamreport": ("opted_out", "complaint"),
    "unsubscribe": ("opted_out", "unsubscribed"),
    "group_unsubscribe": ("opted_out", "unsubscribed"),
    "group_resubscribe": ("opted_in", "resubscribed"),
}
# Why SendGrid does not even try: the recipient told it so earlier.
UNWANTED = {"unsubscribed address": "unsubscribed", "spam reporting address": "complaint"}


def read_events(payload: Any, *, channel_id: str, provider: str) -> list[WebhookItem]:
    """Return what a batch tells, in order; an event that comes twice in it counts once.

    Raises:
        MalformedWebhook: If it is no array. A single event that cannot be read is left out, so
            that the others are not lost.
    """
    if not isinstance(payload, list):
        raise MalformedWebhook(f"a batch of events is an array, not a {type(payload).__name__}")
    known: dict[Any, JsonObject] = {}
    for number, event in enumerate(payload):
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            event_id = event.get("sg_event_id")
            known.setdefault(event_id if event_id and isinstance(event_id, str) else number, event)
    return [
        item
        for event in known.values()
        for item in _items_of(event, channel_id=channel_id, provider=provider)
    ]


def _items_of(event: JsonObject, *, channel_id: str, provider: str) -> Iterator[WebhookItem]:
    kind = event["event"]
    # Mail programs that fetch all pictures beforehand open a mail that nobody has read.
    if kind in STATUSES and not event.get("sg_machine_open"):
        yield _status(event, channel_id=channel_id, provider=provider)
    change = CHANGES.get(kind) or _unwanted(event)
    address = fold_case(str(event.get("email") or ""))
    if change and address:
        details: JsonObject = {"reason": change[1]}
        yield ContactChanged(channel_id, address, change[0], details=details, raw=event)


def _unwanted(event: JsonObject) -> tuple[str, str] | None:
    reason = UNWANTED.get(str(event.get("reason") or "").lower())
    return ("opted_out", reason) if event["event"] == "dropped" and reason else None


def _status(event: JsonObject, *, channel_id: str, provider: str) -> DeliveryStatus:
    status, flag = STATUSES[event["event"]]
    raw = event | {"vendor_status": event["event"]}
    if EVENT_ARGUMENT in event:
        raw["event_id"] = event[EVENT_ARGUMENT]
    if flag or event.get("type") == "blocked":
        raw["flag"] = flag or "blocked"
    failed = status == "failed"
    return DeliveryStatus(
        channel_id=channel_id,
        provider=provider,
        message_id=str(event.get("sg_message_id") or "").partition(".")[0],
        status=status,
        recipient=fold_case(str(event.get("email") or "")),
        error_code=str(event.get("status") or event["event"]) if failed else None,
        error_message=str(event.get("reason") or "")[:500] if failed else None,
        timestamp=_moment(event.get("timestamp")),
        raw=raw,
    )


def _moment(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
