"""Messages that are to be said later, as values."""

from rooms.domain.scheduled import ScheduledEnd, ScheduledSend, ScheduledState
from rooms.selectors import scheduled_sends as reads
from rooms.services import scheduled_sends as writes


def add_scheduled(scheduled: ScheduledSend) -> ScheduledSend:
    """Insert a scheduled send. Raises: RoomNotFoundError: If the room does not exist."""
    return writes.add_scheduled(scheduled=scheduled).to_domain()


def get_scheduled(scheduled_id: str) -> ScheduledSend | None:
    """Return a scheduled send or None."""
    row = reads.get_scheduled(scheduled_id=scheduled_id)
    return row.to_domain() if row else None


def list_scheduled(
    room_id: str, state: ScheduledState | None = None, *, limit: int = 50, offset: int = 0
) -> list[ScheduledSend]:
    """Return a room's scheduled sends by (at, id)."""
    rows = reads.list_scheduled(room_id=room_id, state=state, limit=limit, offset=offset)
    return [row.to_domain() for row in rows]


def lease_scheduled(*, seconds: float, limit: int = 100) -> list[ScheduledSend]:
    """Take those whose moment has come, oldest first; nobody else is given them for `seconds`."""
    return [row.to_domain() for row in writes.lease_scheduled(seconds=seconds, limit=limit)]


def end_scheduled(scheduled_id: str, end: ScheduledEnd) -> None:
    """Write what became of one.

    SENT is written whatever is written there already, anything else only where it still waits.
    """
    writes.end_scheduled(scheduled_id=scheduled_id, end=end)


def cancel_scheduled(scheduled_id: str) -> ScheduledSend:
    """Cancel one and return it; if it was taken or has become an event it stays as it is.

    Raises:
        ScheduledSendNotFoundError: If there is no such one.
    """
    return writes.cancel_scheduled(scheduled_id=scheduled_id).to_domain()
