"""Writes of channels that people make in the admin, each with its entry in the audit trail.

Entries name the fields that were given, never what was given.
"""

from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.models import ChannelConfig
from rooms.domain.content import make_storable
from rooms.domain.enums import RoomStatus
from rooms.domain.json import JsonObject
from rooms.models import ChannelBinding
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry

OPEN = (RoomStatus.ACTIVE.value, RoomStatus.PAUSED.value)


class ChannelAction(StrEnum):
    """What people do with channels, in the words of the audit trail."""

    ADDED = "channel_added"
    CHANGED = "channel_changed"
    CHECKED = "channel_checked"
    DELETED = "channel_deleted"


class ChannelChanged(LookupError):
    """Somebody else has changed or deleted a channel meanwhile; nothing was saved."""


class ChannelInUse(Exception):
    """Open rooms would lose their way out."""

    def __init__(self, channel_id: str, rooms: int) -> None:
        super().__init__(
            f"channel {channel_id!r} is attached to {rooms} open rooms: disable it instead"
        )


@transaction.atomic
def add_channel_config(
    *, row: ChannelConfig, actor: AbstractBaseUser, fields: Collection[str]
) -> None:
    """Store a new channel.

    Raises:
        IntegrityError: If its id is taken.
    """
    row.version = 1
    row.save(force_insert=True)
    _audit(row, actor, ChannelAction.ADDED, {"fields": sorted(fields)})


@transaction.atomic
def change_channel_config(
    *, row: ChannelConfig, actor: AbstractBaseUser, fields: Collection[str]
) -> None:
    """Store a changed channel, as which all processes take it up.

    Args:
        row: With its new columns, and the version that they were made from.
        actor: Who changed it.
        fields: What was changed.

    Raises:
        ChannelChanged: If it was changed or deleted meanwhile.
    """
    if _locked(row.pk).version != row.version:
        raise ChannelChanged(
            f"channel {row.pk!r} was changed by somebody else meanwhile: nothing was saved"
        )
    row.version += 1
    row.save(force_update=True)
    _audit(row, actor, ChannelAction.CHANGED, {"fields": sorted(fields)})


@transaction.atomic
def enable_channel_config(*, channel_id: str, actor: AbstractBaseUser, is_enabled: bool) -> bool:
    """Switch a channel on or off; tell whether that changed anything.

    Raises:
        ChannelChanged: If it was deleted meanwhile.
    """
    row = _locked(channel_id)
    if row.is_enabled == is_enabled:
        return False
    row.is_enabled = is_enabled
    change_channel_config(row=row, actor=actor, fields=["is_enabled"])
    return True


@transaction.atomic
def note_check(*, channel_id: str, actor: AbstractBaseUser, error: str) -> None:
    """Note what the vendor said to a channel's credentials; no error means that they work.

    Raises:
        ChannelChanged: If the channel was deleted meanwhile.
    """
    row = _locked(channel_id)
    said = make_storable(error)
    ChannelConfig.objects.filter(pk=row.pk).update(checked_at=get_database_now(), check_error=said)
    _audit(row, actor, ChannelAction.CHECKED, {"error": said})


@transaction.atomic
def delete_channel_config(*, channel_id: str, actor: AbstractBaseUser) -> None:
    """Delete a channel that no open room is bound to.

    Raises:
        ChannelInUse: If one is.
        ChannelChanged: If it was deleted meanwhile.
    """
    row = _locked(channel_id)
    rooms = count_open_rooms(channel_id=channel_id)
    if rooms:
        raise ChannelInUse(channel_id, rooms)
    _audit(row, actor, ChannelAction.DELETED, {"provider": row.provider})
    row.delete()


def count_open_rooms(*, channel_id: str) -> int:
    """Return how many rooms that take events a channel is attached to."""
    bound = ChannelBinding.objects.filter(channel_id=channel_id, room__status__in=OPEN)
    return bound.count()


def _locked(channel_id: str) -> ChannelConfig:
    row = ChannelConfig.objects.select_for_update().filter(pk=channel_id).first()
    if row is None:
        raise ChannelChanged(f"no channel {channel_id!r}: it was deleted meanwhile")
    return row


def _audit(
    row: ChannelConfig, actor: AbstractBaseUser, action: ChannelAction, detail: JsonObject
) -> None:
    build_entry(
        actor=actor, action=action, row=row, organization_id=row.organization_id, detail=detail
    ).save()
