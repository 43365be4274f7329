"""Writes of bindings and of the tombstones they leave."""

from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rooms import models
from rooms.domain.binding import ChannelBinding
from rooms.domain.errors import ChannelNotFoundError
from rooms.services.audit import AuditAction, build_entry, describe_changes
from rooms.services.rooms import lock_room


@transaction.atomic
def add_binding(*, binding: ChannelBinding) -> models.ChannelBinding:
    """Attach by explicit grant: insert or replace the binding and clear its tombstone.

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    lock_room(room_id=binding.room_id)
    _tombstones(binding.room_id, binding.channel_id).delete()
    row, _ = models.ChannelBinding.objects.update_or_create(
        room_id=binding.room_id,
        channel_id=binding.channel_id,
        defaults=models.ChannelBinding.own_columns(binding),
    )
    return row


@transaction.atomic
def auto_attach(*, binding: ChannelBinding) -> models.ChannelBinding | None:
    """Attach unless the channel was detached before; return the binding in force or None.

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    lock_room(room_id=binding.room_id)
    if _tombstones(binding.room_id, binding.channel_id).exists():
        return None
    row, _ = models.ChannelBinding.objects.get_or_create(
        room_id=binding.room_id,
        channel_id=binding.channel_id,
        defaults=models.ChannelBinding.own_columns(binding),
    )
    return row


@transaction.atomic
def update_binding(*, binding: ChannelBinding) -> models.ChannelBinding:
    """Write a binding.

    Raises:
        ChannelNotFoundError: If the channel is not attached.
    """
    rows = _bindings(binding.room_id, binding.channel_id)
    if not rows.update(**models.ChannelBinding.own_columns(binding)):
        raise ChannelNotFoundError(binding.room_id, binding.channel_id)
    return rows.get()


@transaction.atomic
def regulate_binding(
    *, binding_pk: int, actor: AbstractBaseUser, changes: Mapping[str, object]
) -> models.ChannelBinding:
    """Write rights that a person has set, and an audit entry; no hooks run.

    Raises:
        LookupError: If the channel was detached meanwhile.
    """
    rows = models.ChannelBinding.objects.filter(pk=binding_pk)
    room_id = rows.values_list("room_id", flat=True).first()
    # The room's lock orders this with messages on their way; the row is read under it.
    room = lock_room(room_id=room_id) if room_id is not None else None
    row = rows.first()
    if room is None or row is None:
        raise LookupError(f"no binding {binding_pk}: the channel was detached meanwhile")
    detail = describe_changes(row, changes)
    build_entry(
        actor=actor,
        action=AuditAction.BINDING_REGULATED,
        row=row,
        organization_id=room.organization_id,
        room_id=room.pk,
        detail=detail,
    ).save()
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    return row


@transaction.atomic
def remove_binding(*, room_id: str, channel_id: str) -> bool:
    """Leave a tombstone in any known room, then remove the binding; tell whether it existed."""
    if models.Room.objects.locked().filter(pk=room_id).first() is None:
        return False
    models.DetachTombstone.objects.get_or_create(
        room_id=room_id, channel_id=channel_id, defaults={"detached_at": timezone.now()}
    )
    removed, _ = _bindings(room_id, channel_id).delete()
    return removed > 0


def _bindings(room_id: str, channel_id: str) -> QuerySet[models.ChannelBinding]:
    return models.ChannelBinding.objects.filter(room_id=room_id, channel_id=channel_id)


def _tombstones(room_id: str, channel_id: str) -> QuerySet[models.DetachTombstone]:
    return models.DetachTombstone.objects.filter(room_id=room_id, channel_id=channel_id)
