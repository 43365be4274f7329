"""The commit on PostgreSQL: one call of one function for a whole group of units.

What units write beside events and deliveries follows in the same transaction. Units that change
earlier events or the room's own words take the portable form.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from rooms.domain.commit import CommitOutcome, Committed, CommitUnit
from rooms.domain.enums import LaneScope
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.job import DeliveryJob
from rooms.domain.room import Room
from rooms.selectors.events import get_event
from rooms.stores.orm.side_writes import write_side_effects

CALL = "SELECT answer FROM roomkit_rooms_commit(%s::jsonb, %s) ORDER BY place"
# What the function reads of a unit.
READ = {
    "room_id",
    "events",
    "owner_epoch",
    "exempt_from_status",
    "touches_activity",
    "reactivates",
    "at",
    "lease_owner",
    "lease_seconds",
    "lease_token",
    "releases_lease",
}


class _Answer(Frozen):
    """What the function says about one unit."""

    outcome: CommitOutcome
    room: Room | None
    first_index: int | None
    original_id: str | None
    resumed: bool
    jobs: tuple[DeliveryJob, ...]


def commit_adding_units(
    units: Sequence[CommitUnit], *, lane_scope: LaneScope = LaneScope.BINDING
) -> list[Committed]:
    """Commit units that only add, of different rooms, and answer in the same order."""
    if all(unit.is_plain for unit in units):
        return _append(units, lane_scope)
    with transaction.atomic():
        answers = _append(units, lane_scope)
        write_side_effects(
            [
                unit
                for unit, answer in zip(units, answers, strict=True)
                if answer.outcome is CommitOutcome.COMMITTED
            ]
        )
    return answers


def _append(units: Sequence[CommitUnit], lane_scope: LaneScope) -> list[Committed]:
    asked = ",".join(unit.model_dump_json(include=READ) for unit in units)
    with connection.cursor() as cursor:
        cursor.execute(CALL, [f"[{asked}]", lane_scope.value])
        answers = [_Answer.model_validate_json(answer) for (answer,) in cursor.fetchall()]
    return [_committed(*pair) for pair in zip(units, answers, strict=True)]


def _committed(unit: CommitUnit, answer: _Answer) -> Committed:
    return Committed(
        outcome=answer.outcome,
        room=answer.room,
        events=tuple(_events(unit, answer)),
        jobs=answer.jobs,
        resumed=answer.resumed,
    )


def _events(unit: CommitUnit, answer: _Answer) -> list[RoomEvent]:
    if answer.outcome is CommitOutcome.DUPLICATE and answer.original_id is not None:
        original = get_event(event_id=answer.original_id)
        return [original.to_domain()] if original else []
    if answer.outcome is not CommitOutcome.COMMITTED or answer.first_index is None:
        return []
    return [
        write.event.model_copy(update={"room_id": unit.room_id, "index": index})
        for index, write in enumerate(unit.events, start=answer.first_index)
    ]
