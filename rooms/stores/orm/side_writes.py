"""What a commit writes beside its events: changed targets, people, addresses, side effects."""

from collections.abc import Sequence

from rooms import models
from rooms.domain.commit import CommitUnit, TargetChange
from rooms.domain.event import RoomEvent
from rooms.services.deliveries import finish_deliveries
from rooms.services.events import build_revision
from rooms.services.fallbacks import write_follow_ups
from rooms.services.participants import upsert_participants
from rooms.services.rows import update_rows


def change_targets(units: Sequence[CommitUnit]) -> dict[str, RoomEvent]:
    """Apply edits, deletes and reactions; return the changed events by room id.

    A target that is unknown or of another room changes nothing.
    """
    changes = {unit.room_id: unit.target for unit in units if unit.target is not None}
    if not changes:
        return {}
    asked = models.Event.objects.filter(pk__in=[change.event_id for change in changes.values()])
    rows = {
        row.room_id: row
        for row in asked.filter(room_id__in=list(changes))
        if changes[row.room_id].event_id == row.id
    }
    revisions = [_change(row, changes[room_id]) for room_id, row in rows.items()]
    models.EventRevision.objects.bulk_create(filter(None, revisions))
    update_rows(list(rows.values()), ("content", "metadata"))
    return {room_id: row.to_domain() for room_id, row in rows.items()}


def write_side_effects(units: Sequence[CommitUnit]) -> None:
    """Write participants, addresses, tasks, observations and ends of jobs, each at once.

    Tasks and observations that are stored already stay as they are: a repeated job brings them
    again.
    """
    people = {(one.room_id, one.id): one for unit in units for one in unit.participants}
    upsert_participants(participants=list(people.values()))
    _upsert_addresses(units)
    tasks = [
        models.Task.from_domain(task.model_copy(update={"room_id": unit.room_id}))
        for unit in units
        for task in unit.tasks
    ]
    observations = [
        models.Observation.from_domain(seen.model_copy(update={"room_id": unit.room_id}))
        for unit in units
        for seen in unit.observations
    ]
    models.Task.objects.bulk_create(tasks, ignore_conflicts=True)
    models.Observation.objects.bulk_create(observations, ignore_conflicts=True)
    finish_deliveries(finishes=[finish for unit in units for finish in unit.finishes])
    write_follow_ups(follow_ups=[each for unit in units for each in unit.follow_ups])


def _change(row: models.Event, change: TargetChange) -> models.EventRevision | None:
    dumped = change.model_dump(mode="json", include={"content", "metadata"})
    differs = change.content is not None and dumped["content"] != row.content
    revision = build_revision(row, changed_by=change.changed_by) if differs else None
    row.metadata = {**row.metadata, **dumped["metadata"]}
    if differs:
        row.content = dumped["content"]
    return revision if change.keeps_revision else None


def _upsert_addresses(units: Sequence[CommitUnit]) -> None:
    known = {
        (one.room_id, one.channel_id, one.channel_type, one.address): one
        for unit in units
        for one in unit.addresses
    }
    if known:
        models.RoomAddress.objects.bulk_create(
            [models.RoomAddress.from_domain(address) for address in known.values()],
            update_conflicts=True,
            unique_fields=["room", "channel_id", "channel_type", "address"],
            update_fields=["participant_id"],
        )
