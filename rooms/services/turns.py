"""Writes of agents' turns: what is not said yet, and those that go on after they had ended."""

from collections.abc import Collection

from django.db import transaction

from rooms import models
from rooms.domain.job import DeliveryKind, DeliveryState, Unsaid, gave_way
from rooms.selectors.clock import get_database_now
from rooms.services.rooms import lock_rooms


@transaction.atomic
def open_parked(*, room_id: str, event_id: str, channel_id: str) -> models.Delivery | None:
    """Make a parked job due, held by nobody; None if there is none, or somebody was faster."""
    # A question that is being committed is seen to be at work then, or waits behind this one.
    lock_rooms(room_ids=[room_id])
    row = models.Delivery.objects.filter(
        room_id=room_id,
        event_id=event_id,
        channel_id=channel_id,
        state=DeliveryState.PARKED.value,
    ).first()
    if row is None:
        return None
    row.state, row.attempts = DeliveryState.PENDING.value, 1
    row.due_at, row.lease_owner, row.lease_until = get_database_now(), "", None
    row.save(update_fields=["state", "attempts", "due_at", "lease_owner", "lease_until"])
    return row


def keep_unsaid(*, delivery_id: str, unsaid: Unsaid, lease_owner: str) -> bool:
    """Keep an answer with its open job; tell whether the owner still holds that."""
    held = models.Delivery.objects.open().filter(pk=delivery_id, lease_owner=lease_owner)
    return held.update(unsaid=models.Delivery.unsaid_column(unsaid)) == 1


def ask_replaced(*, room_id: str, doomed: Collection[str]) -> None:
    """Make due what gave way to unanswered questions that are about to be deleted.

    It is enough to ask the last, as if nobody had yet: those before it gave way to it.
    """
    turns = models.Delivery.objects.filter(room_id=room_id, kind=DeliveryKind.REACT.value)
    unanswered = turns.unanswered().filter(event_id__in=doomed)
    for channel_id, index in unanswered.values_list("channel_id", "event_index"):
        earlier = turns.filter(channel_id=channel_id, event_index__lt=index)
        last = earlier.exclude(event_id__in=doomed).order_by("-event_index").first()
        if last is not None and gave_way(last.to_domain()):
            last.state, last.attempts = DeliveryState.PENDING.value, 0
            last.error_code = last.error_message = None
            last.save(update_fields=["state", "attempts", "error_code", "error_message"])
