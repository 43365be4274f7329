"""Reads of the outbox."""

from rooms import models


def list_deliveries(*, room_id: str, event_id: str | None) -> list[models.Delivery]:
    """Return a room's delivery jobs by (event_index, channel_id), all or those of one event."""
    jobs = models.Delivery.objects.filter(room_id=room_id)
    if event_id is not None:
        jobs = jobs.filter(event_id=event_id)
    return list(jobs.order_by("event_index", "channel_id", "id"))
