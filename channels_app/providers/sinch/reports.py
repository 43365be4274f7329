"""What became of batches that we have posted."""

from collections.abc import Iterator

from channels_app.providers.sinch.outgoing import full_number
from channels_app.providers.sinch.wire import BatchReport, RecipientReport, read_moment, read_wire
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject

PROVIDER = "sinch"

STATUSES = {
    "queued": "queued",
    "dispatched": "sent",
    "delivered": "delivered",
    "aborted": "failed",
    "rejected": "failed",
    "failed": "failed",
    "deleted": "failed",
    "expired": "expired",
    "cancelled": "canceled",
    "unknown": "sent",
}
"""By the vendor's word in small letters: its capitals differ between documents."""

UNRECOGNIZED = "queued"
"""Changes nothing that is already known; the flag says that the vendor's word is new to us."""

NEGATIVE = ("failed", "expired", "canceled")


def read_recipient_report(payload: JsonObject, channel_id: str) -> Iterator[DeliveryStatus]:
    """Yield the status of a batch for one recipient.

    Raises:
        MalformedWebhook: If it is not what Sinch sends.
    """
    report = read_wire(RecipientReport, payload)
    status = _status_of(report.status)
    yield DeliveryStatus(
        channel_id=channel_id,
        provider=PROVIDER,
        message_id=report.batch_id,
        status=status,
        recipient=full_number(report.recipient),
        sender=full_number(report.applied_originator or ""),
        error_code=str(report.code) if status in NEGATIVE else None,
        timestamp=read_moment(report.operator_status_at) or read_moment(report.at),
        raw={**payload, **_told_besides(report.status, report.client_reference)},
    )


def read_batch_report(payload: JsonObject, channel_id: str) -> Iterator[DeliveryStatus]:
    """Yield the statuses of a batch: for each recipient that is named, else for all of them.

    Raises:
        MalformedWebhook: If it is not what Sinch sends.
    """
    report = read_wire(BatchReport, payload)
    for part in report.statuses:
        status = _status_of(part.status)
        for recipient in part.recipients or [""]:
            yield DeliveryStatus(
                channel_id=channel_id,
                provider=PROVIDER,
                message_id=report.batch_id,
                status=status,
                recipient=full_number(recipient),
                error_code=str(part.code) if status in NEGATIVE else None,
                raw={**payload, **_told_besides(part.status, report.client_reference)},
            )


def _status_of(word: str) -> str:
    return STATUSES.get(word.lower(), UNRECOGNIZED)


def _told_besides(word: str, reference: str | None) -> JsonObject:
    """Return the vendor's own word, what ours cannot say, and which event of ours it is about."""
    told: JsonObject = {"vendor_status": word}
    if word.lower() not in STATUSES:
        told["flag"] = "unrecognized"
    elif word.lower() == "unknown":
        told["flag"] = "unconfirmed"
    if reference:
        told["event_id"] = reference
    return told
