"""The portable commit: the ORM's statements, few for a whole group of units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from rooms import models
from rooms.domain.commit import CommitOutcome, Committed, CommitUnit
from rooms.domain.enums import RoomStatus
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob
from rooms.selectors.clock import get_database_now
from rooms.services.rows import update_rows
from rooms.stores.orm.side_writes import change_targets, write_side_effects

OPEN = (RoomStatus.ACTIVE.value, RoomStatus.PAUSED.value)
COUNTED = (
    "updated_at",
    "event_count",
    "next_index",
    "last_activity_at",
    "status",
    "paused_at",
)
RARELY_CHANGED = ("closed_at", "metadata", "history_version")


@dataclass
class Verdict:
    """What was decided about a unit, and what it writes."""

    unit: CommitUnit
    outcome: CommitOutcome
    room: models.Room | None = None
    original: models.Event | None = None
    events: list[RoomEvent] = field(default_factory=list)
    jobs: list[DeliveryJob] = field(default_factory=list)
    target: models.Event | None = None
    resumed: bool = False

    def answer(self) -> Committed:
        """Return what the caller is told."""
        events = [self.original.to_domain()] if self.original else self.events
        return Committed(
            outcome=self.outcome,
            room=self.room.to_domain() if self.room else None,
            events=tuple(events),
            jobs=tuple(self.jobs),
            target=self.target.to_domain() if self.target else None,
            resumed=self.resumed,
        )


@transaction.atomic
def commit_units(units: Sequence[CommitUnit]) -> list[Committed]:
    """Commit units of different rooms in one transaction and answer in the same order."""
    rooms = {room.id: room for room in _lock_rooms(units)}
    originals = {(row.room_id, row.idempotency_key): row for row in _find_originals(units)}
    verdicts = [
        _judge(unit, rooms.get(unit.room_id), originals.get((unit.room_id, _key_of(unit))))
        for unit in units
    ]
    _write([one for one in verdicts if one.outcome is CommitOutcome.COMMITTED])
    return [verdict.answer() for verdict in verdicts]


# -- deciding


def _lock_rooms(units: Sequence[CommitUnit]) -> list[models.Room]:
    return list(models.Room.objects.locked().filter(pk__in=[unit.room_id for unit in units]))


def _find_originals(units: Sequence[CommitUnit]) -> list[models.Event]:
    """Find the events that have the key of a unit's first event; more may come than are asked."""
    keyed = {unit.room_id: key for unit in units if (key := _key_of(unit)) is not None}
    if not keyed:
        return []
    events = models.Event.objects.filter(idempotency_key__in=set(keyed.values()))
    return list(events.filter(room_id__in=list(keyed)))


def _key_of(unit: CommitUnit) -> str | None:
    return unit.events[0].event.idempotency_key if unit.events else None


def _judge(unit: CommitUnit, room: models.Room | None, original: models.Event | None) -> Verdict:
    if room is None:
        return Verdict(unit, CommitOutcome.ROOM_NOT_FOUND)
    if original is not None:
        return Verdict(unit, CommitOutcome.DUPLICATE, room, original)
    if unit.events and room.status not in OPEN and not unit.exempt_from_status:
        return Verdict(unit, CommitOutcome.ROOM_CLOSED, room)
    if unit.owner_epoch not in (None, room.owner_epoch):
        return Verdict(unit, CommitOutcome.STALE_OWNER, room)
    return Verdict(unit, CommitOutcome.COMMITTED, room)


# -- writing


def _write(verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        return
    now = get_database_now()
    units = [verdict.unit for verdict in verdicts]
    targets = change_targets(units)
    rooms = [_grow(verdict, verdict.room, targets, now) for verdict in verdicts if verdict.room]
    models.Event.objects.bulk_create(
        [models.Event.from_domain(event) for verdict in verdicts for event in verdict.events]
    )
    is_plain = all(unit.is_plain for unit in units)
    update_rows(rooms, COUNTED if is_plain else COUNTED + RARELY_CHANGED)
    models.Delivery.objects.bulk_create(
        [models.Delivery.from_domain(job) for verdict in verdicts for job in verdict.jobs]
    )
    write_side_effects(units)


def _grow(
    verdict: Verdict, room: models.Room, targets: Mapping[str, models.Event], now: datetime
) -> models.Room:
    """Give a unit's events their places, and its room what comes of them."""
    unit = verdict.unit
    verdict.events = [
        write.event.model_copy(update={"room_id": room.id, "index": index})
        for index, write in enumerate(unit.events, start=room.next_index)
    ]
    verdict.jobs = _open_jobs(verdict, room, now)
    room.updated_at = now
    if unit.events:
        verdict.resumed = _count(unit, room, now)
    if unit.metadata_patch:
        dumped = unit.model_dump(mode="json", include={"metadata_patch"})
        room.metadata = {**room.metadata, **dumped["metadata_patch"]}
    if (target := targets.get(room.id)) is not None:
        verdict.target = target
        room.history_version += 1
    _move(unit, room)
    return room


def _count(unit: CommitUnit, room: models.Room, now: datetime) -> bool:
    """Raise the counters and tell whether the room was woken."""
    room.event_count += len(unit.events)
    room.next_index += len(unit.events)
    if unit.touches_activity:
        room.last_activity_at = now
    if not (unit.reactivates and room.status == RoomStatus.PAUSED.value):
        return False
    room.status, room.paused_at = RoomStatus.ACTIVE.value, None
    return True


def _open_jobs(verdict: Verdict, room: models.Room, now: datetime) -> list[DeliveryJob]:
    """Make the jobs of a unit's events, born leased to the node that will run them."""
    unit = verdict.unit
    lease_until = now + timedelta(seconds=unit.lease_seconds) if unit.lease_owner else None
    return [
        DeliveryJob(
            room_id=room.id,
            event_id=event.id,
            event_index=event.index,
            channel_id=planned.channel_id,
            kind=planned.kind,
            owner_epoch=room.owner_epoch,
            due_at=now,
            lease_owner=unit.lease_owner,
            lease_until=lease_until,
        )
        for event, write in zip(verdict.events, unit.events, strict=True)
        for planned in write.deliveries
    ]


def _move(unit: CommitUnit, room: models.Room) -> None:
    """Move a room to another status; archiving keeps when it was closed."""
    change = unit.status_change
    if change is None:
        return
    room.status = change.status.value
    match change.status:
        case RoomStatus.ACTIVE:
            room.paused_at = room.closed_at = None
        case RoomStatus.PAUSED:
            room.paused_at = change.at
        case RoomStatus.CLOSED:
            room.closed_at = change.at
