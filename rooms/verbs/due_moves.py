"""What the timers of a room ask for."""

from datetime import datetime

from rooms.domain.enums import RoomStatus
from rooms.domain.room import Room


def due_move(room: Room, now: datetime) -> RoomStatus | None:
    """Return the status a room's timers ask for now, or None."""
    pause_after, close_after = room.timers.inactive_after_seconds, room.timers.closed_after_seconds
    idle_s = (now - (room.timers.last_activity_at or room.created_at)).total_seconds()
    if room.status is RoomStatus.ACTIVE and pause_after is not None:
        return RoomStatus.PAUSED if idle_s > pause_after else None
    paused_s = (now - (room.paused_at or room.updated_at)).total_seconds()
    waited_s = paused_s if room.status is RoomStatus.PAUSED else idle_s
    if room.accepts_events and close_after is not None and waited_s > close_after:
        return RoomStatus.CLOSED
    return None
