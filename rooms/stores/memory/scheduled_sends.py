"""Messages that are to be said later."""

from datetime import timedelta

from rooms.domain.errors import ScheduledSendNotFoundError
from rooms.domain.scheduled import ScheduledEnd, ScheduledSend, ScheduledState
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.tables import ScheduledRow, Tables


class ScheduledTable:
    """Keeps scheduled sends and hands out those whose moment has come."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add_scheduled(self, scheduled: ScheduledSend) -> ScheduledSend:
        """Insert a scheduled send. Raises: RoomNotFoundError: If the room does not exist."""
        self._tables.record(scheduled.room_id)
        self._tables.scheduled[scheduled.id] = ScheduledRow(private_copy(scheduled))
        return private_copy(scheduled)

    def get_scheduled(self, scheduled_id: str) -> ScheduledSend | None:
        """Return a scheduled send or None."""
        row = self._tables.scheduled.get(scheduled_id)
        return private_copy(row.value) if row else None

    def list_scheduled(
        self,
        room_id: str,
        state: ScheduledState | None = None,
        *,
        limit: int = 50,
        offset: int = 0,
    ) -> list[ScheduledSend]:
        """Return a room's scheduled sends by (at, id)."""
        found = [
            row.value
            for row in self._tables.scheduled.values()
            if row.value.room_id == room_id and state in (None, row.value.state)
        ]
        found.sort(key=lambda each: (each.at, each.id))
        return private_copies(found[offset : offset + limit])

    def lease_scheduled(self, *, seconds: float, limit: int = 100) -> list[ScheduledSend]:
        """Take those whose moment has come, oldest first, for `seconds`."""
        now = self._tables.clock()
        due = [row for row in self._tables.scheduled.values() if row.is_due(now)]
        due.sort(key=lambda row: (row.value.at, row.value.id))
        for row in due[:limit]:
            row.lease_until = now + timedelta(seconds=seconds)
        return private_copies([row.value for row in due[:limit]])

    def end_scheduled(self, scheduled_id: str, end: ScheduledEnd) -> None:
        """Write what became of one; what was said was said, the rest ends only what waits."""
        row = self._tables.scheduled.get(scheduled_id)
        if row is None or not (row.waits or end.state is ScheduledState.SENT):
            return
        row.value, row.lease_until = row.value.model_copy(update=dict(end)), None

    def cancel_scheduled(self, scheduled_id: str) -> ScheduledSend:
        """Cancel one and return it; if it was taken or has become an event it stays as it is.

        Raises:
            ScheduledSendNotFoundError: If there is no such one.
        """
        row = self._tables.scheduled.get(scheduled_id)
        if row is None:
            raise ScheduledSendNotFoundError(scheduled_id)
        timeline = self._tables.record(row.value.room_id).timeline
        said = timeline.with_key(row.value.idempotency_key)
        if row.is_free(self._tables.clock()) and said is None:
            row.value = row.value.model_copy(update={"state": ScheduledState.CANCELED})
        return private_copy(row.value)
