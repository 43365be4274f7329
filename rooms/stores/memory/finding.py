"""Which rooms a sender, a channel or a clock means."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from heapq import nlargest

from rooms.domain.enums import RoomStatus
from rooms.domain.home import is_at_home
from rooms.domain.room import Room
from rooms.stores.base import OPEN_STATUSES
from rooms.stores.memory.copies import private_copy
from rooms.stores.memory.tables import RoomRecord, Tables, by_creation


class RoomFinder:
    """Looks through all rooms: meant for the some thousand rooms that one process may hold."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def find_latest_room(
        self, participant_id: str, channel_type: str | None = None, status: str | None = None
    ) -> Room | None:
        """Return the newest room that has a participant row with this id, or None."""

        def suits(record: RoomRecord) -> bool:
            types = {binding.channel_type for binding in record.bindings.values()}
            return participant_id in record.participants and (
                channel_type is None or channel_type in types
            )

        found = self._newest(suits, _statuses(status), 1)
        return private_copy(found[0]) if found else None

    def find_room_ids_by_channel(
        self, channel_id: str, statuses: Collection[str] = OPEN_STATUSES, *, limit: int = 2
    ) -> list[str]:
        """Return rooms a channel is attached to, newest first."""
        return _ids(self._newest(lambda record: channel_id in record.bindings, statuses, limit))

    def find_room_id_by_channel(self, channel_id: str, status: str | None = None) -> str | None:
        """Return the newest room a channel is attached to, or None."""
        found = self.find_room_ids_by_channel(channel_id, _statuses(status), limit=1)
        return found[0] if found else None

    def find_room_ids_by_address(
        self,
        channel_type: str,
        address: str,
        *,
        organization_id: str | None = None,
        statuses: Collection[str] = OPEN_STATUSES,
        limit: int = 2,
    ) -> list[str]:
        """Return rooms of one organization that know this address, newest first."""

        def suits(record: RoomRecord) -> bool:
            return record.room.organization_id == (organization_id or None) and any(
                (known.channel_type, known.address) == (channel_type, address)
                for known in record.addresses.values()
            )

        return _ids(self._newest(suits, statuses, limit))

    def find_room_ids_by_identity(
        self,
        identity_id: str,
        statuses: Collection[str] = OPEN_STATUSES,
        *,
        organization_id: str | None = None,
        limit: int = 2,
    ) -> list[str]:
        """Return rooms of one organization that are an identity's own, newest first."""

        def suits(record: RoomRecord) -> bool:
            return record.room.organization_id == (organization_id or None) and any(
                person.identity_id == identity_id and is_at_home(person, record.addresses.values())
                for person in record.participants.values()
            )

        return _ids(self._newest(suits, statuses, limit))

    def find_idle_room_ids(
        self, now: datetime, *, organization_id: str | None = None, limit: int = 500
    ) -> list[str]:
        """Return rooms whose timers are due at `now` (organization None = any)."""
        rooms = (record.room for record in self._tables.rooms.values())
        due = [
            room
            for room in rooms
            if organization_id in (None, "", room.organization_id) and is_due(room, now)
        ]
        return _ids(sorted(due, key=by_creation)[:limit])

    def _newest(
        self, suits: Callable[[RoomRecord], bool], statuses: Collection[str], limit: int
    ) -> list[Room]:
        rooms = (
            record.room
            for record in self._tables.rooms.values()
            if record.room.status in statuses and suits(record)
        )
        return nlargest(limit, rooms, key=by_creation)


def is_due(room: Room, now: datetime) -> bool:
    """Tell whether silence or a pause has lasted longer than the room's timers allow."""
    timers, silent_since = room.timers, room.timers.last_activity_at or room.created_at
    if room.status is RoomStatus.PAUSED:
        return _exceeds(now - (room.paused_at or silent_since), timers.closed_after_seconds)
    if room.status is not RoomStatus.ACTIVE:
        return False
    if timers.inactive_after_seconds is None:
        return _exceeds(now - silent_since, timers.closed_after_seconds)
    return _exceeds(now - silent_since, timers.inactive_after_seconds)


def _exceeds(duration: timedelta, seconds: int | None) -> bool:
    return seconds is not None and duration > timedelta(seconds=seconds)


def _statuses(status: str | None) -> Collection[str]:
    return tuple(RoomStatus) if status is None else (status,)


def _ids(rooms: list[Room]) -> list[str]:
    return [room.id for room in rooms]
