"""Writes about who answers: the trail of owners, and the places where no agent is asked."""

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from rooms import models
from rooms.domain.commit import OwnerChange
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.ownership import AIPause, OwnerAction
from rooms.domain.room import Room
from rooms.models.columns import ID_LENGTH
from rooms.services.audit import build_entry


class OwnerMove(NamedTuple):
    """A change of owner, with the room as it is before."""

    room: Room
    change: OwnerChange


def write_down_owner_moves(*, moves: Sequence[OwnerMove]) -> None:
    """Add an audit entry for each change that has a word for it."""
    entries = [_entry_of(move) for move in moves if move.change.action is not None]
    models.AuditEntry.objects.bulk_create(entries)


@transaction.atomic
def add_ai_pause(*, pause: AIPause) -> bool:
    """Ask no agent in a place from now on, with an audit entry; tell whether that is new.

    Raises:
        RoomNotFoundError: If it names a room that does not exist.
    """
    if pause.room_id is not None and not models.Room.objects.filter(pk=pause.room_id).exists():
        raise RoomNotFoundError(pause.room_id)
    row = models.AIPause.from_domain(pause)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    _write_down(row, OwnerAction.AI_PAUSED, pause.by)
    return True


@transaction.atomic
def remove_ai_pause(*, pause: AIPause) -> bool:
    """Lift the pause of a place, with an audit entry in the name of `pause.by`; tell if it was."""
    row = models.AIPause.objects.at(pause).select_for_update().first()
    if row is None:
        return False
    _write_down(row, OwnerAction.AI_RESUMED, pause.by)
    row.delete()
    return True


def find_actor(user_id: str | None) -> AbstractBaseUser | None:
    """Return the account of a user by its key as a text, or None when there is none."""
    users = get_user_model()
    try:
        key = users._meta.pk.to_python(user_id)
    except ValidationError:
        return None
    found: AbstractBaseUser | None = users._default_manager.filter(pk=key).first()
    return found


def _entry_of(move: OwnerMove) -> models.AuditEntry:
    room, change = move
    entry = build_entry(
        actor=find_actor(change.by),
        action=str(change.action),
        row=models.Room(id=room.id),
        organization_id=room.organization_id or "",
        room_id=room.id,
        detail={
            "owner_kind": [room.owner_kind.value, change.kind.value],
            "owner_id": [room.owner_id, change.owner_id],
            "owner_epoch": room.owner_epoch + 1,
        },
    )
    return _named(entry, change.by)


def _write_down(row: models.AIPause, action: OwnerAction, by: str | None) -> None:
    entry = build_entry(
        actor=find_actor(by),
        action=action,
        row=row,
        organization_id=row.organization_id,
        room_id=row.room_id,
        detail={"channel_id": row.channel_id},
    )
    _named(entry, by).save()


def _named(entry: models.AuditEntry, by: str | None) -> models.AuditEntry:
    """Name whoever did it also where that is no account of this site."""
    entry.actor_label = entry.actor_label or (by or "")[:ID_LENGTH]
    return entry
