"""Rooms as they were when this process last held their lock: good enough to prepare an event."""

from collections import OrderedDict

from rooms.domain.commit import RoomSnapshot

MAX_ROOMS = 1024


class SeenRooms:
    """Keeps the last snapshot of the rooms that were busy lately.

    What it gives may be out of date. It saves the first of two reads of a message: whatever is
    prepared with it is decided anew, under the lock, with the room as it is then.
    """

    def __init__(self, *, max_rooms: int = MAX_ROOMS) -> None:
        self._max_rooms = max_rooms
        self._snapshots: OrderedDict[str, RoomSnapshot] = OrderedDict()

    def get(self, room_id: str) -> RoomSnapshot | None:
        """Return the last snapshot of a room, or None."""
        return self._snapshots.get(room_id)

    def keep(self, snapshot: RoomSnapshot) -> None:
        """Remember a snapshot that was read under the lock."""
        room_id = snapshot.context.room.id
        self._snapshots[room_id] = snapshot
        self._snapshots.move_to_end(room_id)
        if len(self._snapshots) > self._max_rooms:
            self._snapshots.popitem(last=False)

    def forget(self, room_id: str) -> bool:
        """Drop what is kept of a room; tell whether there was anything."""
        return self._snapshots.pop(room_id, None) is not None
