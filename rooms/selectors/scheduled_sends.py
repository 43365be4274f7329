"""Reads of messages that are to be said later."""

from rooms import models
from rooms.domain.scheduled import ScheduledState


def get_scheduled(*, scheduled_id: str) -> models.ScheduledSend | None:
    """Return a scheduled send or None."""
    return models.ScheduledSend.objects.filter(pk=scheduled_id).first()


def list_scheduled(
    *, room_id: str, state: ScheduledState | None, limit: int, offset: int
) -> list[models.ScheduledSend]:
    """Return a room's scheduled sends by (at, id)."""
    rows = models.ScheduledSend.objects.filter(room_id=room_id)
    if state is not None:
        rows = rows.filter(state=state.value)
    return list(rows.order_by("at", "id")[offset : offset + limit])
