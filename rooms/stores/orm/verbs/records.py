"""Tasks, observations and read markers, as values."""

from hooks.results import Observation, Task
from rooms.selectors import events as timeline
from rooms.selectors import read_markers as read
from rooms.selectors import side_effects as noted
from rooms.services import read_markers, side_effects
from rooms.stores.base import ReadMarker


def add_task(task: Task) -> Task:
    """Insert a task."""
    return side_effects.add_task(task=task).to_domain()


def get_task(task_id: str) -> Task | None:
    """Return a task or None."""
    row = noted.get_task(task_id=task_id)
    return row.to_domain() if row else None


def list_tasks(room_id: str, status: str | None = None) -> list[Task]:
    """Return a room's tasks in creation order."""
    rows = noted.list_tasks(room_id=room_id, status=status)
    return [row.to_domain() for row in rows]


def update_task(task: Task) -> Task:
    """Write a task. Raises: LookupError: If it does not exist."""
    return side_effects.update_task(task=task).to_domain()


def add_observation(observation: Observation) -> Observation:
    """Insert an observation."""
    return side_effects.add_observation(observation=observation).to_domain()


def list_observations(room_id: str) -> list[Observation]:
    """Return a room's observations in creation order."""
    rows = noted.list_observations(room_id=room_id)
    return [row.to_domain() for row in rows]


def mark_read(room_id: str, channel_id: str, event_id: str) -> None:
    """Raise a channel's read marker to an event; it never sinks.

    An event that is unknown or of another room changes nothing.
    """
    read_markers.mark_read(room_id=room_id, channel_id=channel_id, event_id=event_id)


def mark_all_read(room_id: str, channel_id: str) -> None:
    """Raise a channel's read marker to the room's latest index; an empty room gets none."""
    read_markers.mark_all_read(room_id=room_id, channel_id=channel_id)


def get_unread_count(room_id: str, channel_id: str) -> int:
    """Count visible messages of others after the marker.

    Counted are DELIVERED MESSAGE events that are not internal and not from `channel_id`.
    """
    return timeline.count_unread(room_id=room_id, channel_id=channel_id)


def list_read_markers(room_id: str) -> list[ReadMarker]:
    """Return the markers of a room by channel id."""
    rows = read.list_read_markers(room_id=room_id)
    return [
        ReadMarker(room_id=row.room_id, channel_id=row.channel_id, index=row.index) for row in rows
    ]
