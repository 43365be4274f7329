"""How far the channels of a room have read."""

from rooms.domain.enums import EventStatus, EventType
from rooms.domain.event import RoomEvent
from rooms.stores.base import ReadMarker
from rooms.stores.memory.filters import UNREADABLE
from rooms.stores.memory.tables import Tables


class MarkerTable:
    """Keeps one index per room and channel that only rises."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def mark_read(self, room_id: str, channel_id: str, event_id: str) -> None:
        """Raise a channel's read marker to an event; it never sinks."""
        record = self._tables.rooms.get(room_id)
        event = record.timeline.get(event_id) if record else None
        if event is not None:
            self._raise(room_id, channel_id, event.index)

    def mark_all_read(self, room_id: str, channel_id: str) -> None:
        """Raise a channel's read marker to the room's latest index."""
        record = self._tables.rooms.get(room_id)
        if record is not None and record.room.latest_index >= 0:
            self._raise(room_id, channel_id, record.room.latest_index)

    def get_unread_count(self, room_id: str, channel_id: str) -> int:
        """Count visible messages of others after the marker."""
        if (record := self._tables.rooms.get(room_id)) is None:
            return 0
        unread = record.timeline.between(record.read_indexes.get(channel_id), None)
        return sum(_counts(event, channel_id) for event in unread)

    def list_read_markers(self, room_id: str) -> list[ReadMarker]:
        """Return the markers of a room by channel id."""
        record = self._tables.rooms.get(room_id)
        read = record.read_indexes if record else {}
        return [
            ReadMarker(room_id=room_id, channel_id=channel_id, index=index)
            for channel_id, index in sorted(read.items())
        ]

    def _raise(self, room_id: str, channel_id: str, index: int) -> None:
        read = self._tables.rooms[room_id].read_indexes
        read[channel_id] = max(index, read.get(channel_id, index))


def _counts(event: RoomEvent, channel_id: str) -> bool:
    return (
        event.type is EventType.MESSAGE
        and event.status is EventStatus.DELIVERED
        and event.visibility not in UNREADABLE
        and event.source.channel_id != channel_id
    )
