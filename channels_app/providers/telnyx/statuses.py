"""What became of messages that we have sent: a status for each recipient."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels_app.providers.base.webhook import ContactChanged
from channels_app.providers.telnyx.errors import OPTED_OUT_CODE, outcome_of_delivery
from channels_app.providers.telnyx.wire import (
    FINALIZED,
    READ,
    SENT,
    Error,
    Event,
    Party,
    read_moment,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject

PROVIDER = "telnyx"
STATUS_EVENTS = (SENT, FINALIZED, READ)

STATUSES = {
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "delivery_unconfirmed": "sent",
    "sending_failed": "failed",
    "delivery_failed": "failed",
    "expired": "expired",
    "read": "read",
}
FLAGS = {"delivery_unconfirmed": "unconfirmed"}
"""Final, but nobody knows whether it arrived."""

UNRECOGNIZED = "queued"
"""Changes nothing that is already known; the flag says that the vendor's word is new to us."""


@dataclass(frozen=True)
class Report:
    """A status event with where it came in; `event_id` is our event's, if the address named it."""

    event: Event
    payload: JsonObject
    channel_id: str
    event_id: str | None = None


def read_statuses(report: Report) -> Iterator[DeliveryStatus | ContactChanged]:
    """Yield the status of each recipient, and who turned out to have opted out.

    The event's own name says nothing about a recipient: a message can be finalized for two of them
    in different ways.
    """
    message = report.event.payload
    for number, party in enumerate((*message.to, *(message.cc or []))):
        status = _status_of(report.event, party)
        error = _error_of(message.errors or [], number) if status in ("failed", "expired") else None
        yield DeliveryStatus(
            channel_id=report.channel_id,
            provider=PROVIDER,
            message_id=message.id,
            status=status,
            recipient=party.address,
            sender=message.sender.address,
            error_code=error.code if error else None,
            error_message=error.title if error else None,
            timestamp=read_moment(report.event.occurred_at),
            raw={**report.payload, **_told_besides(report, party, error)},
        )
        if error is not None and error.code == OPTED_OUT_CODE and party.phone_number:
            change = "opted_out"
            contact = party.phone_number
            yield ContactChanged(report.channel_id, contact, change, raw=report.payload)


def _status_of(event: Event, party: Party) -> str:
    if event.event_type == READ:
        return "read"
    return STATUSES.get(party.status or "", UNRECOGNIZED)


def _told_besides(report: Report, party: Party, error: Error | None) -> JsonObject:
    """Return the vendor's own word, what ours cannot say, and what it went out as."""
    event = report.event
    told: JsonObject = {"vendor_status": party.status}
    if party.status not in STATUSES and event.event_type != READ:
        told["flag"] = "unrecognized"
    elif party.status in FLAGS:
        told["flag"] = FLAGS[party.status]
    if event.payload.type:
        told["channel_used"] = event.payload.type.lower()
    if report.event_id:
        told["event_id"] = report.event_id
    if error is not None:
        told["outcome"] = outcome_of_delivery(error.code).value
    return told


def _error_of(errors: Sequence[Error], number: int) -> Error | None:
    """Return the error about a recipient by its place, else one about the whole message."""
    place = f"/to/{number}/"
    own = [error for error in errors if f"{error.pointer}/".startswith(place)]
    whole = [error for error in errors if not error.pointer.startswith("/to/")]
    return next(iter(own + whole), None)
