"""Rooms themselves: insert, write, delete, list."""

from collections.abc import Mapping
from typing import Any

from rooms.domain.errors import RoomAlreadyExistsError
from rooms.domain.json import JsonObject
from rooms.domain.room import Room, RoomTimers
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.tables import RoomRecord, Tables, by_creation

OWN_COLUMNS = (
    "status",
    "organization_id",
    "paused_at",
    "closed_at",
    "timers",
    "metadata",
    "agent_activation",
    "agent_response_policy",
    "owner_kind",
    "owner_id",
    "owner_epoch",
)
"""What `update_room` writes; the rest belongs to the store."""


class RoomTable:
    """Writes and lists rooms."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def create_room(self, room: Room) -> Room:
        """Insert a room. Raises: RoomAlreadyExistsError: If the id is taken."""
        if room.id in self._tables.rooms:
            raise RoomAlreadyExistsError(room.id)
        stored = room.model_copy(update={"organization_id": room.organization_id or None})
        self._tables.rooms[room.id] = RoomRecord(room=private_copy(stored))
        return private_copy(stored)

    def get_room(self, room_id: str) -> Room | None:
        """Return a room or None."""
        record = self._tables.rooms.get(room_id)
        return private_copy(record.room) if record else None

    def update_room(self, room: Room) -> Room:
        """Write a room's own columns. Raises: RoomNotFoundError: If it does not exist."""
        own = {name: getattr(room, name) for name in OWN_COLUMNS}
        return self._write(room.id, own | {"organization_id": room.organization_id or None})

    def delete_room(self, room_id: str) -> bool:
        """Delete a room with everything in it; tell whether it existed."""
        record = self._tables.rooms.pop(room_id, None)
        if record is None:
            return False
        for event in record.timeline:
            del self._tables.event_rooms[event.id]
        for task_id in record.tasks:
            del self._tables.task_rooms[task_id]
        for observation_id in record.observations:
            del self._tables.observation_rooms[observation_id]
        for job_id in record.jobs:
            self._tables.open_job_rooms.pop(job_id, None)
            self._tables.follow_up_rooms.pop(job_id, None)
        self._tables.forget_scheduled(room_id)
        self._tables.forget_ai_pauses(room_id)
        self._tables.forget_provider_messages(lambda message: message.room_id == room_id)
        return True

    def list_rooms(self, offset: int = 0, limit: int = 50) -> list[Room]:
        """Return rooms in creation order."""
        return self._page(self._all(), offset, limit)

    def find_rooms(
        self,
        organization_id: str | None = None,
        status: str | None = None,
        metadata_filter: JsonObject | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Room]:
        """Return rooms by organization (None = any), status and equal metadata values."""
        found = [
            room
            for room in self._all()
            if organization_id in (None, "", room.organization_id)
            and status in (None, room.status)
            and _holds(room.metadata, metadata_filter or {})
        ]
        return self._page(found, offset, limit)

    def patch_room_metadata(self, room_id: str, patch: JsonObject) -> Room:
        """Merge `patch` shallowly. Raises: RoomNotFoundError: If the room does not exist."""
        known = self._tables.record(room_id).room.metadata
        return self._write(room_id, {"metadata": {**known, **patch}})

    def set_room_timers(self, room_id: str, timers: RoomTimers) -> Room:
        """Set both limits and keep the last activity, else the creation time.

        Raises:
            RoomNotFoundError: If the room does not exist.
        """
        room = self._tables.record(room_id).room
        last_activity_at = room.timers.last_activity_at or room.created_at
        kept = timers.model_copy(update={"last_activity_at": last_activity_at})
        return self._write(room_id, {"timers": kept})

    def _write(self, room_id: str, columns: JsonObject) -> Room:
        record = self._tables.record(room_id)
        changed = record.room.model_copy(update={**columns, "updated_at": self._tables.clock()})
        record.room = private_copy(changed)
        return private_copy(changed)

    def _all(self) -> list[Room]:
        return sorted((record.room for record in self._tables.rooms.values()), key=by_creation)

    @staticmethod
    def _page(rooms: list[Room], offset: int, limit: int) -> list[Room]:
        return private_copies(rooms[offset : offset + limit])


def _holds(metadata: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Compare as JSON does: a missing key is not null, true is not 1."""
    return all(
        key in metadata
        and metadata[key] == value
        and isinstance(metadata[key], bool) is isinstance(value, bool)
        for key, value in wanted.items()
    )
