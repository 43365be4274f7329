"""What becomes of a unit: decided and worked out on values, before anything is written."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from rooms.domain.commit import CommitOutcome, Committed, CommitUnit, OwnerChange, StatusChange
from rooms.domain.enums import RoomStatus
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob
from rooms.domain.json import JsonObject
from rooms.domain.room import Room

Lane = tuple[str, str]
"""Room and channel."""


@dataclass(frozen=True)
class LockedRoom:
    """A room that nobody else writes to now, with the token of its lease."""

    room: Room
    lease_token: int


@dataclass
class Verdict:
    """A unit with what was decided about it and, once worked out, what it leaves behind."""

    unit: CommitUnit
    outcome: CommitOutcome
    room: Room | None = None
    events: tuple[RoomEvent, ...] = ()
    jobs: tuple[DeliveryJob, ...] = ()
    target: RoomEvent | None = None
    resumed: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the unit is to be written."""
        return self.outcome is CommitOutcome.COMMITTED

    @property
    def key(self) -> str | None:
        """The idempotency key of the unit's first event."""
        return self.unit.events[0].event.idempotency_key if self.unit.events else None

    def replay(self, original: RoomEvent) -> None:
        """Answer with the event that has the key already."""
        self.outcome, self.events = CommitOutcome.DUPLICATE, (original,)

    @property
    def ends_lease(self) -> bool:
        """Whether the room's lease ends with the unit."""
        return self.unit.releases_lease and self.unit.lease_token is not None

    def work_out(
        self, now: datetime, *, target: RoomEvent | None, obstructed: Collection[Lane]
    ) -> None:
        """Give the events their places, make their jobs as of `now` and change the room.

        The jobs of `obstructed` lanes are leased to nobody.
        """
        if self.room is None:
            return
        room, self.target = self.room, target
        self.events = tuple(
            write.event.model_copy(update={"room_id": room.id, "index": index})
            for index, write in enumerate(self.unit.events, start=room.latest_index + 1)
        )
        epoch = self.unit.epoch_after(room.owner_epoch)
        jobs = _open_jobs(self.unit, self.events, epoch, now)
        self.jobs = tuple(_lease(jobs, self.unit, obstructed, now))
        self.resumed = _resumes(self.unit, room)
        self.room = room.model_copy(
            update=_changes(self.unit, room, has_newer_history=target is not None)
        )

    def answer(self) -> Committed:
        """Return what the caller is told."""
        return Committed(
            outcome=self.outcome,
            room=self.room,
            events=self.events,
            jobs=self.jobs,
            target=self.target,
            resumed=self.resumed,
        )


def judge(unit: CommitUnit, locked: LockedRoom | None) -> Verdict:
    """Decide about a unit whose key is not known in the room."""
    if locked is None:
        return Verdict(unit, CommitOutcome.ROOM_NOT_FOUND)
    room = locked.room
    if unit.lease_token not in (None, locked.lease_token):
        return Verdict(unit, CommitOutcome.LEASE_LOST, room)
    if unit.events and not (unit.exempt_from_status or room.accepts_events):
        return Verdict(unit, CommitOutcome.ROOM_CLOSED, room)
    if unit.owner_epoch not in (None, room.owner_epoch):
        return Verdict(unit, CommitOutcome.STALE_OWNER, room)
    return Verdict(unit, CommitOutcome.COMMITTED, room)


def _open_jobs(
    unit: CommitUnit, events: tuple[RoomEvent, ...], owner_epoch: int, now: datetime
) -> list[DeliveryJob]:
    """Make the jobs of a unit's events, leased to nobody."""
    return [
        DeliveryJob(
            room_id=event.room_id,
            event_id=event.id,
            event_index=event.index,
            channel_id=planned.channel_id,
            kind=planned.kind,
            owner_epoch=owner_epoch,
            due_at=now,
            traceparent=planned.traceparent,
        )
        for event, write in zip(events, unit.events, strict=True)
        for planned in write.deliveries
    ]


def _lease(
    jobs: list[DeliveryJob], unit: CommitUnit, obstructed: Collection[Lane], now: datetime
) -> list[DeliveryJob]:
    """Lease jobs to the node that will run them, where they overtake nobody."""
    if not unit.lease_owner:
        return jobs
    until = now + timedelta(seconds=unit.lease_seconds)
    lease = {"lease_owner": unit.lease_owner, "lease_until": until}
    return [
        job if (job.room_id, job.channel_id) in obstructed else job.model_copy(update=lease)
        for job in jobs
    ]


def _resumes(unit: CommitUnit, room: Room) -> bool:
    return bool(unit.events) and unit.reactivates and room.status is RoomStatus.PAUSED


def _changes(unit: CommitUnit, room: Room, *, has_newer_history: bool) -> JsonObject:
    """Return the fields of a room that a unit changes; the status move comes last."""
    changes: JsonObject = {"updated_at": unit.at}
    if unit.events:
        changes["event_count"] = room.event_count + len(unit.events)
        changes["latest_index"] = room.latest_index + len(unit.events)
    if unit.events and unit.touches_activity:
        changes["timers"] = room.timers.model_copy(update={"last_activity_at": unit.at})
    if unit.metadata_patch:
        changes["metadata"] = {**room.metadata, **unit.metadata_patch}
    if has_newer_history:
        changes["history_version"] = room.history_version + 1
    if _resumes(unit, room):
        changes |= {"status": RoomStatus.ACTIVE, "paused_at": None}
    if unit.status_change:
        changes |= _moved(unit.status_change)
    return changes | (_owned(unit.owner_change, unit, room) if unit.owner_change else {})


def _owned(change: OwnerChange, unit: CommitUnit, room: Room) -> JsonObject:
    """Return the fields of a change of owner."""
    return {
        "owner_kind": change.kind,
        "owner_id": change.owner_id,
        "owner_epoch": unit.epoch_after(room.owner_epoch),
    }


def _moved(change: StatusChange) -> JsonObject:
    """Return the fields of a status move; archiving keeps when the room was closed."""
    stamps: dict[RoomStatus, JsonObject] = {
        RoomStatus.ACTIVE: {"paused_at": None, "closed_at": None},
        RoomStatus.PAUSED: {"paused_at": change.at},
        RoomStatus.CLOSED: {"closed_at": change.at},
        RoomStatus.ARCHIVED: {},
    }
    return {"status": change.status, **stamps[change.status]}
