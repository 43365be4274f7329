"""Reads of the outbox."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef

from rooms import models
from rooms.domain.enums import LaneScope
from rooms.models.delivery import lease_is_free


def list_deliveries(*, room_id: str, event_id: str | None) -> list[models.Delivery]:
    """Return a room's delivery jobs by (event_index, channel_id), all or those of one event."""
    jobs = models.Delivery.objects.filter(room_id=room_id)
    if event_id is not None:
        jobs = jobs.filter(event_id=event_id)
    return list(jobs.order_by("event_index", "channel_id", "id"))


def list_lane(*, room_id: str, channel_id: str, limit: int) -> list[models.Delivery]:
    """Return the last jobs of a channel in a room, the newest first by (event_index, id)."""
    jobs = models.Delivery.objects.filter(room_id=room_id, channel_id=channel_id)
    return list(jobs.order_by("-event_index", "-id")[:limit])


def find_untold_rounds(*, limit: int) -> list[str]:
    """Return the events whose jobs were all tried and of which somebody has to tell that."""
    untried = models.Delivery.objects.untried().filter(event_id=OuterRef("event_id"))
    owing = models.Delivery.objects.filter(owes_round=True, event__processed_at__isnull=True)
    over = owing.exclude(Exists(untried))
    return list(over.values_list("event_id", flat=True).distinct()[:limit])


def find_obstructed_lanes(
    lanes: Collection[tuple[str, str]],
    *,
    owners: Mapping[str, str],
    scope: LaneScope,
    now: datetime,
) -> frozenset[tuple[str, str]]:
    """Return which lanes hold an open job that the room's one of `owners` does not hold.

    Args:
        lanes: As (room id, channel id).
        owners: By room id.
        scope: With ROOM a job of any channel obstructs all lanes of its room.
        now: When a lease must not have run out.
    """
    is_free = ExpressionWrapper(lease_is_free(now), output_field=BooleanField())
    jobs = models.Delivery.objects.open().of_lanes(lanes, scope).annotate(is_free=is_free)
    holders = jobs.values_list("room_id", "channel_id", "lease_owner", "is_free").distinct()
    found = {
        (room_id, channel_id)
        for room_id, channel_id, owner, is_free in holders
        if is_free or owner != owners[room_id]
    }
    if scope is LaneScope.BINDING:
        return frozenset(found)
    rooms = {room_id for room_id, _ in found}
    return frozenset(lane for lane in lanes if lane[0] in rooms)
