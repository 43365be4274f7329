"""Writes of rooms."""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rooms import models
from rooms.domain.errors import RoomAlreadyExistsError, RoomNotFoundError
from rooms.domain.json import JsonObject
from rooms.domain.room import Room, RoomTimers
from rooms.services.audit import AuditAction, build_entry, describe_changes
from rooms.services.media_files import erase_files_of_room

# A room's timeline may be longer than what should lie in memory at once.
EVENTS_PER_DELETE = 1000


def create_room(*, room: Room) -> models.Room:
    """Insert a room.

    Raises:
        RoomAlreadyExistsError: If the id is taken.
    """
    row = models.Room.from_domain(room)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise RoomAlreadyExistsError(room.id) from error
    return row


@transaction.atomic
def lock_room(*, room_id: str) -> models.Room:
    """Return a room, locked until the caller's transaction ends.

    Raises:
        RoomNotFoundError: If it does not exist.
    """
    row = models.Room.objects.locked().filter(pk=room_id).first()
    if row is None:
        raise RoomNotFoundError(room_id)
    return row


def lock_rooms(*, room_ids: Collection[str]) -> None:
    """Lock rooms until the caller's transaction ends; those that do not exist are passed over."""
    list(models.Room.objects.locked().filter(pk__in=list(room_ids)).values_list("pk"))


@transaction.atomic
def update_room(*, room: Room) -> models.Room:
    """Write a room's own columns; counters, indexes and versions stay as stored.

    Raises:
        RoomNotFoundError: If it does not exist.
    """
    return _change(lock_room(room_id=room.id), **models.Room.own_columns(room))


@transaction.atomic
def patch_room_metadata(*, room_id: str, patch: JsonObject) -> models.Room:
    """Merge `patch` into a room's metadata, key by key.

    Raises:
        RoomNotFoundError: If it does not exist.
    """
    row = lock_room(room_id=room_id)
    return _change(row, metadata={**row.metadata, **patch})


@transaction.atomic
def set_room_timers(*, room_id: str, timers: RoomTimers) -> models.Room:
    """Set both limits and keep the last activity, or start it at the room's creation.

    Raises:
        RoomNotFoundError: If it does not exist.
    """
    row = lock_room(room_id=room_id)
    return _change(
        row,
        inactive_after_seconds=timers.inactive_after_seconds,
        closed_after_seconds=timers.closed_after_seconds,
        last_activity_at=row.last_activity_at or row.created_at,
    )


@transaction.atomic
def configure_room(
    *, room_id: str, actor: AbstractBaseUser, changes: Mapping[str, object]
) -> models.Room:
    """Write columns that a person has set, and an audit entry; no hooks run.

    Raises:
        RoomNotFoundError: If it does not exist.
    """
    row = lock_room(room_id=room_id)
    detail = describe_changes(row, changes)
    build_entry(
        actor=actor,
        action=AuditAction.ROOM_CONFIGURED,
        row=row,
        organization_id=row.organization_id,
        room_id=row.pk,
        detail=detail,
    ).save()
    return _change(row, **changes)


@transaction.atomic
def delete_room(*, room_id: str) -> bool:
    """Delete a room with everything in it; tell whether it existed."""
    room = models.Room.objects.locked().filter(pk=room_id).first()
    if room is None:
        return False
    _delete_deliveries(room_id)
    erase_files_of_room(room_id=room_id)
    events = models.Event.objects.filter(room_id=room_id)
    while ids := list(events.values_list("pk", flat=True)[:EVENTS_PER_DELETE]):
        models.Event.objects.filter(pk__in=ids).delete()
    room.delete()
    return True


def _delete_deliveries(room_id: str) -> None:
    """Delete a room's deliveries, locked first in the order in which lanes write them.

    A DELETE locks rows as it finds them: it and a lane that ends several of them at once would wait
    for each other.
    """
    rows = models.Delivery.objects.filter(room_id=room_id)
    of = ("self",) if connection.features.has_select_for_update_of else ()
    list(rows.order_by("pk").select_for_update(of=of).values_list("pk", flat=True))
    rows.delete()


def _change(row: models.Room, **columns: Any) -> models.Room:
    columns["updated_at"] = timezone.now()
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    return row
