"""Writes of channels that people make in the admin, each with its entry in the audit trail.

Entries name the fields that were given, never what was given.
"""

from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.models import ChannelConfig
from channels_app.services.configs import lock_config, require_same, require_unused
from rooms.domain.content import make_storable
from rooms.domain.json import JsonObject
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry


class ChannelAction(StrEnum):
    """What people do with channels, in the words of the audit trail."""

    ADDED = "channel_added"
    CHANGED = "channel_changed"
    CHECKED = "channel_checked"
    DELETED = "channel_deleted"


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
        ConfigChanged: If it was changed or deleted meanwhile.
    """
    require_same(row, stored=lock_config(ChannelConfig, row.pk).version, seen=row.version)
    row.version += 1
    row.save(force_update=True)
    _audit(row, actor, ChannelAction.CHANGED, {"fields": sorted(fields)})


@transaction.atomic
def enable_channel_config(*, channel_id: str, actor: AbstractBaseUser, is_enabled: bool) -> bool:
    """Switch a channel on or off; tell whether that changed anything.

    Raises:
        ConfigChanged: If it was deleted meanwhile.
    """
    row = lock_config(ChannelConfig, channel_id)
    if row.is_enabled == is_enabled:
        return False
    row.is_enabled = is_enabled
    change_channel_config(row=row, actor=actor, fields=["is_enabled"])
    return True


@transaction.atomic
def note_check(*, channel_id: str, actor: AbstractBaseUser, error: str) -> None:
    """Note what the vendor said to a channel's credentials; no error means that they work.

    Raises:
        ConfigChanged: If the channel was deleted meanwhile.
    """
    row = lock_config(ChannelConfig, channel_id)
    said = make_storable(error)
    ChannelConfig.objects.filter(pk=row.pk).update(checked_at=get_database_now(), check_error=said)
    _audit(row, actor, ChannelAction.CHECKED, {"error": said})


@transaction.atomic
def delete_channel_config(*, channel_id: str, actor: AbstractBaseUser) -> None:
    """Delete a channel that no open room is bound to.

    Raises:
        ConfigInUse: If one is.
        ConfigChanged: If it was deleted meanwhile.
    """
    row = lock_config(ChannelConfig, channel_id)
    require_unused(row)
    _audit(row, actor, ChannelAction.DELETED, {"provider": row.provider})
    row.delete()


def _audit(
    row: ChannelConfig, actor: AbstractBaseUser, action: ChannelAction, detail: JsonObject
) -> None:
    build_entry(
        actor=actor, action=action, row=row, organization_id=row.organization_id, detail=detail
    ).save()
