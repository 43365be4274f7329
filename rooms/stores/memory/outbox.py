"""Delivery rows: lanes, leases, outcomes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

from rooms.domain.commit import CommitUnit, PlannedDelivery
from rooms.domain.event import RoomEvent
from rooms.domain.job import OPEN_STATES, DeliveryFinish, DeliveryJob
from rooms.stores.memory.tables import RoomRecord, Tables

Lane = list[DeliveryJob]


class Outbox:
    """Keeps jobs and hands them out, each to one living owner at a time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def open_jobs(
        self,
        record: RoomRecord,
        event: RoomEvent,
        deliveries: Sequence[PlannedDelivery],
        *,
        unit: CommitUnit,
        now: datetime,
    ) -> list[DeliveryJob]:
        """Write the jobs an event causes, leased to the unit's owner if it names one."""
        lease_until = now + timedelta(seconds=unit.lease_seconds) if unit.lease_owner else None
        jobs = [
            DeliveryJob(
                room_id=event.room_id,
                event_id=event.id,
                event_index=event.index,
                channel_id=planned.channel_id,
                kind=planned.kind,
                owner_epoch=record.room.owner_epoch,
                due_at=now,
                lease_owner=unit.lease_owner,
                lease_until=lease_until,
            )
            for planned in deliveries
        ]
        for job in jobs:
            self._put(job)
        return jobs

    def lease_deliveries(
        self, owner: str, *, seconds: float, limit: int = 100
    ) -> list[DeliveryJob]:
        """Take jobs whose lease has run out and whose lane is free, in lane order."""
        now = self._tables.clock()
        free = chain.from_iterable(_free_part(lane, owner, now) for lane in self._lanes())
        lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
        taken = [job.model_copy(update=lease) for job in islice(free, limit)]
        for job in taken:
            self._put(job)
        return taken

    def renew_leases(self, owner: str, *, seconds: float) -> int:
        """Let the lease of each open job of `owner` end in `seconds`; return how many there are."""
        lease_until = self._tables.clock() + timedelta(seconds=seconds)
        own = [job for job in self._tables.open_jobs() if job.lease_owner == owner]
        for job in own:
            self._put(job.model_copy(update={"lease_until": lease_until}))
        return len(own)

    def finish_deliveries(self, finishes: Sequence[DeliveryFinish]) -> None:
        """Write the outcome of attempts; final jobs lose their lease."""
        for finish in finishes:
            if (room_id := self._tables.open_job_rooms.get(finish.id)) is not None:
                self._put(_finished(self._tables.rooms[room_id].jobs[finish.id], finish))

    def list_deliveries(self, room_id: str, *, event_id: str | None = None) -> list[DeliveryJob]:
        """Return a room's delivery jobs by (event_index, channel_id)."""
        record = self._tables.rooms.get(room_id)
        jobs = record.jobs.values() if record else ()
        found = [job for job in jobs if event_id in (None, job.event_id)]
        return sorted(found, key=lambda job: (job.event_index, job.channel_id))

    def _put(self, job: DeliveryJob) -> None:
        self._tables.rooms[job.room_id].jobs[job.id] = job
        if job.state in OPEN_STATES:
            self._tables.open_job_rooms[job.id] = job.room_id
        else:
            self._tables.open_job_rooms.pop(job.id, None)

    def _lanes(self) -> list[Lane]:
        """Return the open jobs by lane, the lane whose head is due longest first."""
        lanes: defaultdict[tuple[str, str], Lane] = defaultdict(list)
        for job in self._tables.open_jobs():
            lanes[job.room_id, job.channel_id].append(job)
        for lane in lanes.values():
            lane.sort(key=lambda job: (job.event_index, job.id))
        return sorted(lanes.values(), key=lambda lane: lane[0].due_at)


def _free_part(lane: Lane, owner: str, now: datetime) -> Iterator[DeliveryJob]:
    """Walk a lane up to the first job that nobody may pass: not yet due, or another's."""
    for job in lane:
        leased = job.lease_until is not None and job.lease_until > now
        if job.due_at > now or (leased and job.lease_owner != owner):
            return
        if not leased:
            yield job


def _finished(job: DeliveryJob, finish: DeliveryFinish) -> DeliveryJob:
    outcome = {**dict(finish), "due_at": finish.due_at or job.due_at}
    if finish.state not in OPEN_STATES:
        outcome |= {"lease_owner": "", "lease_until": None}
    return job.model_copy(update=outcome)
