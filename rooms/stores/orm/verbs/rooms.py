"""Rooms themselves, as values."""

from collections.abc import Collection

from rooms.domain.json import JsonObject
from rooms.domain.room import Room, RoomTimers
from rooms.selectors import rooms as reads
from rooms.services import rooms as writes


def create_room(room: Room) -> Room:
    """Insert a room. Raises: RoomAlreadyExistsError: If the id is taken."""
    return writes.create_room(room=room).to_domain()


def get_room(room_id: str) -> Room | None:
    """Return a room or None."""
    row = reads.get_room(room_id=room_id)
    return row.to_domain() if row else None


def update_room(room: Room) -> Room:
    """Write a room's own columns; counters, indexes and versions are left as stored.

    Own are status, organization, timers, metadata, policies, the moments of pausing and closing
    and the owner with its epoch; `updated_at` becomes now.

    Raises:
        RoomNotFoundError: If it does not exist.
    """
    return writes.update_room(room=room).to_domain()


def delete_room(room_id: str) -> bool:
    """Delete a room with everything in it; tell whether it existed. Identities stay."""
    return writes.delete_room(room_id=room_id)


def list_rooms(offset: int = 0, limit: int = 50) -> list[Room]:
    """Return rooms in creation order."""
    rows = reads.list_rooms(offset=offset, limit=limit)
    return [row.to_domain() for row in rows]


def latest_indexes(room_ids: Collection[str]) -> dict[str, int]:
    """Return the latest index of each of these rooms; those that do not exist are left out."""
    return reads.latest_indexes(room_ids=room_ids)


def patch_room_metadata(room_id: str, patch: JsonObject) -> Room:
    """Merge `patch` shallowly. Raises: RoomNotFoundError: If the room does not exist."""
    return writes.patch_room_metadata(room_id=room_id, patch=patch).to_domain()


def set_room_timers(room_id: str, timers: RoomTimers) -> Room:
    """Set both limits and keep the last activity (the creation time when there is none).

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    return writes.set_room_timers(room_id=room_id, timers=timers).to_domain()
