"""Writes of messages under their providers' ids."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from rooms import models
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import ChannelDirection
from rooms.domain.provider_message import MessageStatus, ProviderMessage, StatusChange, fold_report

WHERE = ["channel_id", "provider_message_id"]
KNOWN_BY_US = ["event", "room", "direction", "address"]


def note_messages(*, messages: Sequence[ProviderMessage]) -> list[ProviderMessage]:
    """Write whose the messages of these ids are and return them with what is reported of them.

    A report that came earlier stays; noting the same again changes nothing.
    """
    rows = [models.ProviderMessage.from_domain(message) for message in messages]
    models.ProviderMessage.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=WHERE, update_fields=KNOWN_BY_US
    )
    ids = [message.provider_message_id for message in messages]
    channels = {message.channel_id for message in messages}
    found = models.ProviderMessage.objects.filter(
        channel_id__in=channels, provider_message_id__in=ids
    )
    return [row.to_domain() for row in found]


@transaction.atomic
def fold_status(*, channel_id: str, report: DeliveryStatus) -> StatusChange:
    """Write a provider's report; of an unknown message it is kept until the message is noted."""
    models.ProviderMessage.objects.bulk_create(
        [
            models.ProviderMessage.from_domain(
                ProviderMessage(
                    channel_id=channel_id,
                    provider_message_id=report.message_id,
                    address=report.recipient,
                )
            )
        ],
        ignore_conflicts=True,
    )
    row = models.ProviderMessage.objects.select_for_update().get(
        channel_id=channel_id, provider_message_id=report.message_id
    )
    return _fold(row, report)


@transaction.atomic
def fold_until(
    *, channel_id: str, address: str, until: datetime, report: DeliveryStatus
) -> list[StatusChange]:
    """Write a report about all messages sent to an address until a moment; return what moved."""
    rows = models.ProviderMessage.objects.select_for_update().filter(
        channel_id=channel_id,
        address=address,
        noted_at__lte=until,
        direction=ChannelDirection.OUTBOUND.value,
    )
    unread = rows.exclude(status=MessageStatus.READ.value).order_by("pk")
    return [change for row in unread if (change := _fold(row, report)).changed]


def _fold(row: models.ProviderMessage, report: DeliveryStatus) -> StatusChange:
    change = fold_report(row.to_domain(), report)
    if change.changed:
        message = change.message
        row.status, row.status_at = message.status.value, message.status_at
        row.error_code, row.error_message = message.error_code, message.error_message
        row.save(update_fields=["status", "status_at", "error_code", "error_message"])
    return change
