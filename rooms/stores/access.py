"""What the site's permissions let a user do in a room, asked from async code."""

from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.contrib.auth.models import AbstractBaseUser

from rooms.models import Room
from rooms.permissions import RoomPermission, has_permission


@dataclass(frozen=True)
class RoomRights:
    """Whether a user may read a room, and write in it."""

    may_read: bool
    may_write: bool


async def read_rights(user: AbstractBaseUser, room_id: str) -> RoomRights:
    """Return what the site's permissions say; who takes part in the room is another question."""
    return await database_sync_to_async(_read_rights)(user, room_id)


def _read_rights(user: AbstractBaseUser, room_id: str) -> RoomRights:
    sees = Room.objects.visible_to(user).filter(pk=room_id).exists()
    return RoomRights(may_read=sees, may_write=sees and has_permission(user, RoomPermission.REPLY))
