"""A message as its provider knows it, and what the provider has said of it since (RFC §14)."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.message import InboundMessage

TARGET_ID = "target_provider_message_id"
REPLY_TO_ID = "reply_to_provider_message_id"
"""Keys in an event's `channel_data.extra`: what the provider calls the message that the event
changes, and the one that it answers."""

TARGET_SENDER = "target_sender"
TARGET_AT = "target_at"
"""Keys beside them: whose message the changed one is, missing if it is ours; and since when it is
known, in ISO 8601."""

EVENT_ID = "event_id"
"""Key in a report's `raw`: our event, where the provider gives back what was sent along."""


class MessageStatus(StrEnum):
    """How far a message has come; the last three end badly."""

    PENDING = "pending"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"


STATUSES = {status.value: status for status in MessageStatus}
RANKS = {
    MessageStatus.PENDING: 0,
    MessageStatus.QUEUED: 10,
    MessageStatus.SENT: 20,
    MessageStatus.DELIVERED: 30,
    MessageStatus.READ: 40,
}
NEGATIVE = frozenset({MessageStatus.FAILED, MessageStatus.EXPIRED, MessageStatus.CANCELED})
ARRIVED = frozenset({MessageStatus.DELIVERED, MessageStatus.READ})


class ProviderMessage(Frozen):
    """One message under its provider's id; unique by (channel_id, provider_message_id).

    An event that goes out in several parts has several. Without an `event_id` it is a report of a
    message that we do not know yet: reports may overtake the answer to the send.
    """

    channel_id: str
    provider_message_id: str
    event_id: str | None = None
    room_id: str | None = None
    direction: ChannelDirection = ChannelDirection.OUTBOUND
    address: str = ""
    status: MessageStatus = MessageStatus.PENDING
    status_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    noted_at: datetime = Field(default_factory=utc_now)


class StatusChange(Frozen):
    """What a provider's report has done: the message as it is now, and whether it moved."""

    message: ProviderMessage
    changed: bool


def fold(current: MessageStatus, reported: MessageStatus) -> MessageStatus:
    """Return where a message stands after one more report, in whatever order reports come.

    The highest rank wins. A bad end counts only while the message is not known to have arrived, and
    a later arrival takes it back: carriers do report both.
    """
    if reported in NEGATIVE:
        return current if current in ARRIVED or current in NEGATIVE else reported
    if current in NEGATIVE:
        return reported if reported in ARRIVED else current
    return max(current, reported, key=RANKS.__getitem__)


def external_id_of(message: InboundMessage) -> str | None:
    """Return what the provider calls a message that came in, or None."""
    return message.provider_message_id or message.external_id


def received(message: InboundMessage, event: RoomEvent, external_id: str) -> ProviderMessage:
    """Return the note of a message that came in and became `event`."""
    return ProviderMessage(
        channel_id=message.channel_id,
        provider_message_id=external_id,
        event_id=event.id,
        room_id=event.room_id,
        direction=ChannelDirection.INBOUND,
        address=message.sender_id,
    )


def fold_report(message: ProviderMessage, report: DeliveryStatus) -> StatusChange:
    """Return a message after a provider's report; an unknown word changes nothing."""
    reported = STATUSES.get(report.status)
    status = message.status if reported is None else fold(message.status, reported)
    if status is message.status:
        return StatusChange(message=message, changed=False)
    is_bad = status in NEGATIVE
    changed = message.model_copy(
        update={
            "status": status,
            "status_at": report.timestamp or utc_now(),
            "error_code": report.error_code if is_bad else None,
            "error_message": report.error_message if is_bad else None,
        }
    )
    return StatusChange(message=changed, changed=True)


def complete_report(message: ProviderMessage, report: DeliveryStatus) -> DeliveryStatus:
    """Return a report with what we know of its message: room, channel, id and where it stands."""
    known = {
        "room_id": message.room_id,
        "channel_id": message.channel_id,
        "message_id": message.provider_message_id,
        "status": message.status.value,
    }
    return report.model_copy(update=known)
