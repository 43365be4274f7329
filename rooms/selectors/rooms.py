"""Reads of rooms."""

from collections.abc import Collection
from datetime import datetime
from itertools import islice

from django.db.models import F, Q
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce

from rooms import models
from rooms.domain.enums import RoomStatus
from rooms.domain.json import JsonObject
from rooms.models.room import RoomQuerySet
from rooms.selectors.moments import SecondsLater

QUIET_SINCE = Coalesce("last_activity_at", "created_at")
PAUSED_SINCE = Coalesce("paused_at", "last_activity_at", "created_at")


def get_room(*, room_id: str) -> models.Room | None:
    """Return a room or None."""
    return models.Room.objects.filter(pk=room_id).first()


def list_rooms(*, offset: int, limit: int) -> list[models.Room]:
    """Return rooms in creation order."""
    return list(models.Room.objects.oldest_first()[offset : offset + limit])


def latest_indexes(*, room_ids: Collection[str]) -> dict[str, int]:
    """Return the latest index of each of these rooms that exists."""
    found = models.Room.objects.filter(pk__in=room_ids).values_list("pk", "next_index")
    return {room_id: next_index - 1 for room_id, next_index in found}


def find_rooms(
    *,
    organization_id: str | None,
    status: str | None,
    metadata_filter: JsonObject | None,
    offset: int,
    limit: int,
) -> list[models.Room]:
    """Return rooms by organization (None = any), status and equal top-level metadata values."""
    rooms = models.Room.objects.oldest_first()
    if organization_id:
        rooms = rooms.of_organization(organization_id)
    if status is not None:
        rooms = rooms.in_statuses([status])
    if not metadata_filter:
        return list(rooms[offset : offset + limit])
    candidates = _narrow(rooms, metadata_filter).iterator()
    found = (room for room in candidates if _holds(room.metadata, metadata_filter))
    return list(islice(found, offset, offset + limit))


def find_latest_room(
    *, participant_id: str, channel_type: str | None, status: str | None
) -> models.Room | None:
    """Return the newest room that has this participant (and such a channel), or None."""
    rooms = models.Room.objects.newest_first().filter(participants__participant_id=participant_id)
    if channel_type is not None:
        rooms = rooms.filter(bindings__channel_type=str(channel_type))
    if status is not None:
        rooms = rooms.in_statuses([status])
    return rooms.first()


def find_room_ids_by_channel(
    *, channel_id: str, statuses: Collection[str] | None, limit: int
) -> list[str]:
    """Return rooms a channel is attached to, newest first; None is any status."""
    bindings = models.ChannelBinding.objects.filter(channel_id=channel_id)
    rooms = models.Room.objects.filter(pk__in=bindings.values("room_id"))
    return _newest_ids(rooms if statuses is None else rooms.in_statuses(statuses), limit)


def find_room_ids_by_address(
    *,
    channel_type: str,
    address: str,
    organization_id: str | None,
    statuses: Collection[str],
    limit: int,
) -> list[str]:
    """Return rooms of one organization that know this address, newest first."""
    known = models.RoomAddress.objects.filter(channel_type=str(channel_type), address=address)
    rooms = models.Room.objects.of_organization(organization_id).filter(
        pk__in=known.values("room_id")
    )
    return _newest_ids(rooms.in_statuses(statuses), limit)


def find_room_ids_by_identity(
    *, identity_id: str, organization_id: str | None, statuses: Collection[str], limit: int
) -> list[str]:
    """Return rooms of one organization that are an identity's own, newest first."""
    people = models.Participant.objects.filter(identity_id=identity_id).at_home()
    rooms = models.Room.objects.of_organization(organization_id).filter(
        pk__in=people.values("room_id")
    )
    return _newest_ids(rooms.in_statuses(statuses), limit)


def find_idle_room_ids(*, now: datetime, organization_id: str | None, limit: int) -> list[str]:
    """Return rooms whose timers are due at `now` (organization None = any), oldest first."""
    patience = Coalesce("inactive_after_seconds", "closed_after_seconds")
    rooms = models.Room.objects.alias(
        pause_due_at=SecondsLater(QUIET_SINCE, patience),
        close_due_at=SecondsLater(PAUSED_SINCE, F("closed_after_seconds")),
    ).filter(
        models.room.HAS_TIMERS,
        Q(status=RoomStatus.ACTIVE.value, pause_due_at__lt=now)
        | Q(status=RoomStatus.PAUSED.value, close_due_at__lt=now),
    )
    if organization_id:
        rooms = rooms.of_organization(organization_id)
    return list(rooms.oldest_first().values_list("pk", flat=True)[:limit])


def _newest_ids(rooms: RoomQuerySet, limit: int) -> list[str]:
    return list(rooms.newest_first().values_list("pk", flat=True)[:limit])


def _narrow(rooms: RoomQuerySet, wanted: JsonObject) -> RoomQuerySet:
    """Let the database drop what it can compare; it may keep more than `_holds` does.

    A key of digits is left out, because it is read as a place in a list; so are all values but
    texts and numbers, because databases compare the rest differently.
    """
    for number, (key, value) in enumerate(wanted.items()):
        if isinstance(value, str | int) and not key.lstrip("-").isdigit():
            name = f"wanted_{number}"
            rooms = rooms.alias(**{name: KeyTransform(key, "metadata")}).filter(**{name: value})
    return rooms


def _holds(metadata: JsonObject, wanted: JsonObject) -> bool:
    """Compare as JSON does: a missing key is not null, true is not 1."""
    return all(
        key in metadata
        and metadata[key] == value
        and isinstance(metadata[key], bool) is isinstance(value, bool)
        for key, value in wanted.items()
    )
