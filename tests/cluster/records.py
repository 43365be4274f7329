"""What a cluster has written down: timelines, counters and deliveries, read past the product."""

from dataclasses import dataclass
from typing import Any

from tests.cluster.postgres_server import Database

OPEN = ("pending", "sending", "waiting")

_TIMELINE = """
SELECT id, index, type, status, source_channel_id AS channel, content->>'body' AS body,
       parent_event_id AS parent, idempotency_key AS key, delivery_results AS results
FROM roomkit_rooms_event WHERE room_id = %s ORDER BY index
"""
_DELIVERIES = """
SELECT event_id AS event, event_index AS index, channel_id AS channel, kind, state, attempts,
       error_code, lease_owner
FROM roomkit_rooms_delivery WHERE room_id = %s ORDER BY channel_id, event_index
"""
# One statement sees one moment.
_COUNTERS = """
SELECT room.event_count, room.next_index, count(event.id) AS rows,
       coalesce(max(event.index), -1) AS last_index
FROM roomkit_rooms_room room LEFT JOIN roomkit_rooms_event event ON event.room_id = room.id
WHERE room.id = %s GROUP BY room.id
"""
_OPEN = "SELECT count(*) AS open FROM roomkit_rooms_delivery WHERE state = ANY(%s)"


@dataclass(frozen=True)
class Counters:
    """A room's counters and its rows at one moment."""

    event_count: int
    next_index: int
    rows: int
    last_index: int

    @property
    def agree(self) -> bool:
        """Whether the counters say what is there, and no index is missing."""
        return self.event_count == self.rows == self.next_index == self.last_index + 1


class Records:
    """Reads of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def timeline(self, room: str) -> list[dict[str, Any]]:
        """Return every row of a room."""
        return self._database.rows(_TIMELINE, [room])

    def messages(self, room: str) -> list[dict[str, Any]]:
        """Return what people and agents said."""
        return [row for row in self.timeline(room) if row["type"] == "message"]

    def bodies(self, room: str) -> list[str]:
        """Return the words of the messages."""
        return [row["body"] for row in self.messages(room)]

    def answers(self, room: str) -> list[dict[str, Any]]:
        """Return what the agent said."""
        return [row for row in self.messages(room) if row["channel"] == "assistant"]

    def deliveries(self, room: str, channel: str) -> list[dict[str, Any]]:
        """Return the delivery rows of a lane in order."""
        rows = self._database.rows(_DELIVERIES, [room])
        return [row for row in rows if row["channel"] == channel]

    def states(self, room: str, channel: str) -> list[str]:
        """Return where the deliveries of a lane stand."""
        return [row["state"] for row in self.deliveries(room, channel)]

    def counters(self, room: str) -> Counters:
        """Return a room's counters beside its rows."""
        [row] = self._database.rows(_COUNTERS, [room])
        return Counters(**row)

    def open_deliveries(self) -> int:
        """Return how many deliveries still need work."""
        [row] = self._database.rows(_OPEN, [list(OPEN)])
        count: int = row["open"]
        return count
