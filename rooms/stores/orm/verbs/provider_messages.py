"""Messages under their providers' ids, as values."""

from collections.abc import Sequence
from datetime import datetime

from rooms.domain.delivery import DeliveryStatus
from rooms.domain.provider_message import ProviderMessage, StatusChange
from rooms.selectors import provider_messages as reads
from rooms.services import provider_messages as writes


def note_provider_messages(messages: Sequence[ProviderMessage]) -> list[ProviderMessage]:
    """Write whose messages these are; return them with what is reported of them."""
    return writes.note_messages(messages=messages)


def fold_status(channel_id: str, report: DeliveryStatus) -> StatusChange:
    """Write a report; of an unknown message it is kept until the message is noted."""
    return writes.fold_status(channel_id=channel_id, report=report)


def fold_until(
    channel_id: str, address: str, until: datetime, report: DeliveryStatus
) -> list[StatusChange]:
    """Write a report about all sent to an address until a moment; return what moved."""
    return writes.fold_until(channel_id=channel_id, address=address, until=until, report=report)


def get_provider_message(channel_id: str, provider_message_id: str) -> ProviderMessage | None:
    """Return what is known under a provider's id, or None."""
    row = reads.get_message(channel_id=channel_id, provider_message_id=provider_message_id)
    return row.to_domain() if row else None


def list_provider_messages(event_id: str) -> list[ProviderMessage]:
    """Return the messages of an event, in the order they were noted."""
    return [row.to_domain() for row in reads.list_messages(event_id=event_id)]
