"""Why the database refused a row, in words."""

from collections.abc import Collection, Sequence

from django.db import DatabaseError, models

from hooks.results import Observation, Task
from rooms.domain.errors import RoomKitError
from rooms.domain.event import RoomEvent
from rooms.models import Event
from rooms.models import Observation as ObservationRow
from rooms.models import Task as TaskRow


class RowRefusedError(RoomKitError, ValueError):
    """The database refused a row: an id or key is taken, or a value does not fit its column."""

    def __init__(self, error: DatabaseError, reason: str | None = None) -> None:
        said = str(error).partition("\n")[0]
        super().__init__(
            reason
            or f"the database refused a row ({said}): use an id or key that is free and values "
            "that fit their columns"
        )


def explain_refusal(
    error: DatabaseError,
    *,
    events: Sequence[RoomEvent] = (),
    tasks: Sequence[Task] = (),
    observations: Sequence[Observation] = (),
) -> RowRefusedError:
    """Find which id or key of what was to be inserted is taken; call it after the rollback."""
    reason = (
        _taken_id(Event, "event", [event.id for event in events])
        or _taken_id(TaskRow, "task", [task.id for task in tasks])
        or _taken_id(ObservationRow, "observation", [seen.id for seen in observations])
        or next(filter(None, map(_taken_key, events)), None)
    )
    return RowRefusedError(error, reason)


def _taken_id(model: type[models.Model], noun: str, ids: Collection[str]) -> str | None:
    taken = model._default_manager.filter(pk__in=ids).first() if ids else None
    return f"{noun} id {taken.pk!r} is taken: make a fresh one with new_id()" if taken else None


def _taken_key(event: RoomEvent) -> str | None:
    if event.idempotency_key is None:
        return None
    known = Event.objects.with_key(event.idempotency_key).filter(room_id=event.room_id).first()
    if known is None:
        return None
    return (
        f"idempotency key {event.idempotency_key!r} of room {event.room_id!r} belongs to event "
        f"{known.id!r} already: use another key or take that event"
    )
