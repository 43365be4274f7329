"""From ElasticEmail's notifications to what they mean."""

from collections.abc import Mapping
from datetime import UTC, datetime

from channels_app.providers.base.mail.addresses import fold_case
from channels_app.providers.base.webhook import ContactChanged, WebhookItem
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject

# The words of the classic notifications and of the API's events; ours; and what ours cannot say.
STATUSES = {
    "submission": ("queued", ""),
    "failedattempt": ("queued", "deferred"),
    "sent": ("delivered", ""),
    "opened": ("read", ""),
    "open": ("read", ""),
    "clicked": ("read", ""),
    "click": ("read", ""),
    "error": ("failed", ""),
    "bounce": ("failed", ""),
    "abusereport": ("delivered", "complained"),
    "complaint": ("delivered", "complained"),
}
CHANGES = {
    "abusereport": "complaint",
    "complaint": "complaint",
    "unsubscribed": "unsubscribed",
    "unsubscribe": "unsubscribed",
}
# Why a mail failed that says nothing about the mailbox.
SOFT = frozenset(
    (
        *("greylisted", "throttled", "timeout", "connectionproblem", "connectionterminated"),
        *("dnsproblem", "spfproblem", "accountproblem", "codeerror"),
    )
)
CANCELED = frozenset(("manualcancel", "notdeliveredcancelled"))
MOMENTS = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


def read_event(fields: Mapping[str, str], *, channel_id: str, provider: str) -> list[WebhookItem]:
    """Return what one notification tells; `fields` are by lower-case name."""
    told = fields.get("status") or fields.get("event") or fields.get("eventtype") or ""
    kind = told.lower()
    address = fold_case(fields.get("to", ""))
    raw: JsonObject = {**fields, "vendor_status": told}
    items: list[WebhookItem] = []
    if kind in STATUSES:
        items.append(_status(fields, kind, raw, channel_id=channel_id, provider=provider))
    if kind in CHANGES and address:
        details: JsonObject = {"reason": CHANGES[kind]}
        items.append(ContactChanged(channel_id, address, "opted_out", details=details, raw=raw))
    return items


def _status(
    fields: Mapping[str, str], kind: str, raw: JsonObject, *, channel_id: str, provider: str
) -> DeliveryStatus:
    status, flag = STATUSES[kind]
    category = fields.get("category", "")
    if status == "failed":
        status, flag = _failure(category.lower())
    if fields.get("postback"):
        raw = raw | {"event_id": fields["postback"]}
    if flag:
        raw = raw | {"flag": flag}
    failed = status == "failed"
    return DeliveryStatus(
        channel_id=channel_id,
        provider=provider,
        message_id=fields.get("messageid") or fields.get("transaction") or "",
        status=status,
        recipient=fold_case(fields.get("to", "")),
        error_code=(category or kind) if failed else None,
        error_message=fields.get("message") if failed else None,
        timestamp=_moment(fields.get("date", "")),
        raw=raw,
    )


def _failure(category: str) -> tuple[str, str]:
    if category in CANCELED:
        return "canceled", ""
    return "failed", "soft" if category in SOFT else ""


def _moment(date: str) -> datetime | None:
    """Read a date in UTC, in any of the ways it is written."""
    for form in MOMENTS:
        try:
            return datetime.strptime(date.rstrip("Z"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
