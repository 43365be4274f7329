"""Writes of read markers."""

from django.db import transaction
from django.utils import timezone

from rooms import models


@transaction.atomic
def mark_read(*, room_id: str, channel_id: str, event_id: str) -> None:
    """Raise a channel's marker to an event of the room; any other event changes nothing."""
    event = models.Event.objects.filter(pk=event_id, room_id=room_id)
    index = event.values_list("index", flat=True).first()
    if index is not None:
        _raise_to(index, room_id, channel_id)


@transaction.atomic
def mark_all_read(*, room_id: str, channel_id: str) -> None:
    """Raise a channel's marker to the room's latest index; an empty room gets none."""
    room = models.Room.objects.filter(pk=room_id)
    next_index = room.values_list("next_index", flat=True).first()
    if next_index:
        _raise_to(next_index - 1, room_id, channel_id)


def _raise_to(index: int, room_id: str, channel_id: str) -> None:
    now = timezone.now()
    row, is_new = models.ReadMarker.objects.get_or_create(
        room_id=room_id, channel_id=channel_id, defaults={"index": index, "updated_at": now}
    )
    if not is_new:
        lower = models.ReadMarker.objects.filter(pk=row.pk, index__lt=index)
        lower.update(index=index, updated_at=now)
