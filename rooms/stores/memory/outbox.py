"""Delivery rows: lanes, leases, outcomes."""

from collections import defaultdict
from collections.abc import Collection, Container, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

from rooms.domain.commit import CommitUnit, EventWrite
from rooms.domain.enums import LaneScope
from rooms.domain.event import RoomEvent
from rooms.domain.job import (
    OPEN_STATES,
    DeliveryFinish,
    DeliveryJob,
    DeliveryState,
    is_untried,
)
from rooms.stores.memory.lanes import Lane, free_events, free_part, is_held
from rooms.stores.memory.tables import RoomRecord, Tables

LaneKey = tuple[str, str]
"""Room and channel; no channel where a lane is a whole room."""

NO_COLUMNS = {"id", "lease_owner", "due_in_s", "owes_round", "follow_up_in_s"}
"""What a finish says that is not written to its job as it is."""


class Outbox:
    """Keeps jobs and hands them out, each to one living owner at a time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def open_jobs(
        self,
        record: RoomRecord,
        writes: Sequence[tuple[RoomEvent, EventWrite]],
        *,
        unit: CommitUnit,
        now: datetime,
    ) -> list[DeliveryJob]:
        """Write the jobs that events cause, leased to the unit's owner where none is overtaken."""
        jobs = [
            DeliveryJob(
                room_id=event.room_id,
                event_id=event.id,
                event_index=event.index,
                channel_id=planned.channel_id,
                kind=planned.kind,
                owner_epoch=unit.epoch_after(record.room.owner_epoch),
                due_at=now,
                traceparent=planned.traceparent,
            )
            for event, write in writes
            for planned in write.deliveries
        ]
        if jobs and unit.lease_owner:
            jobs = self._leased(jobs, record, unit=unit, now=now)
        for job in jobs:
            self.put(job)
        return jobs

    def lease_deliveries(
        self,
        owner: str,
        *,
        seconds: float,
        limit: int = 100,
        lanes: Sequence[LaneKey] | None = None,
    ) -> list[DeliveryJob]:
        """Take jobs whose lease has run out and whose lane is free, in lane order."""
        now = self._tables.clock()
        asked = None if lanes is None else {self._key(*lane) for lane in lanes}
        free_of = free_part if self._tables.lane_scope is LaneScope.BINDING else free_events
        free = chain.from_iterable(free_of(lane, owner, now) for lane in self._lanes(asked))
        lease = {"lease_owner": owner, "lease_until": now + timedelta(seconds=seconds)}
        taken = [job.model_copy(update=lease) for job in islice(free, limit)]
        for job in taken:
            self.put(job)
        return taken

    def renew_leases(self, owner: str, delivery_ids: Collection[str], *, seconds: float) -> int:
        """Let the leases of these open jobs of `owner` end in `seconds`; return how many."""
        lease_until = self._tables.clock() + timedelta(seconds=seconds)
        named = [self._tables.open_job(job_id) for job_id in dict.fromkeys(delivery_ids)]
        own = [job for job in named if job is not None and job.lease_owner == owner]
        for job in own:
            self.put(job.model_copy(update={"lease_until": lease_until}))
        return len(own)

    def finish_deliveries(self, finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
        """Write the outcome of attempts, or that they begin; final jobs lose their lease."""
        fenced = [finish.id for finish in finishes if self._finish(finish)]
        return frozenset(fenced)

    def mark_processed(self, event_id: str) -> bool:
        """Tell once per event that none of its jobs still waits for its first attempt."""
        found = self._tables.find_event(event_id)
        if found is None or event_id in found[0].processed:
            return False
        record, _ = found
        if _waits_for_jobs(record, event_id):
            return False
        record.processed.add(event_id)
        self._tables.owed_rounds.pop(event_id, None)
        return True

    def find_untold_rounds(self, *, limit: int = 100) -> list[str]:
        """Return the events whose jobs were all tried and of which somebody has to tell that."""
        found = [
            (event_id, self._tables.find_event(event_id)) for event_id in self._tables.owed_rounds
        ]
        over = [id_ for id_, place in found if place and not _waits_for_jobs(place[0], id_)]
        return over[:limit]

    def list_deliveries(self, room_id: str, *, event_id: str | None = None) -> list[DeliveryJob]:
        """Return a room's delivery jobs by (event_index, channel_id)."""
        record = self._tables.rooms.get(room_id)
        jobs = record.jobs.values() if record else ()
        found = [job for job in jobs if event_id in (None, job.event_id)]
        return sorted(found, key=lambda job: (job.event_index, job.channel_id))

    def release_deliveries(self, room_id: str, *, error_code: str) -> list[DeliveryJob]:
        """Make a room's WAITING jobs with this error due now, held by nobody; return them."""
        record = self._tables.rooms.get(room_id)
        held = [
            job
            for job in (record.open_jobs.values() if record else ())
            if job.state is DeliveryState.WAITING and job.error_code == error_code
        ]
        free = {"due_at": self._tables.clock(), "lease_owner": "", "lease_until": None}
        released = [job.model_copy(update=free) for job in held]
        for job in released:
            self.put(job)
        return sorted(released, key=lambda job: (job.event_index, job.channel_id))

    def reopen_delivery(self, finish: DeliveryFinish) -> bool:
        """Make a SENT job WAITING, held by nobody; tell whether it was as the finish says."""
        jobs = (record.jobs.get(finish.id) for record in self._tables.rooms.values())
        job = next(filter(None, jobs), None)
        if job is None or (job.state, job.attempts) != (DeliveryState.SENT, finish.attempts):
            return False
        self.put(_finished(job, finish, self._tables.clock()))
        return True

    def put(self, job: DeliveryJob) -> None:
        """Write a job of a room that exists."""
        record = self._tables.rooms[job.room_id]
        record.jobs[job.id] = job
        if job.state in OPEN_STATES:
            record.open_jobs[job.id] = job
            self._tables.open_job_rooms[job.id] = job.room_id
        else:
            record.open_jobs.pop(job.id, None)
            self._tables.open_job_rooms.pop(job.id, None)
        if job.follow_up_at is not None:
            self._tables.follow_up_rooms[job.id] = job.room_id
        else:
            self._tables.follow_up_rooms.pop(job.id, None)

    def _finish(self, finish: DeliveryFinish) -> bool:
        """Write an outcome; tell whether it was fenced and the fence held."""
        job = self._tables.open_job(finish.id)
        if job is None or finish.lease_owner not in (None, job.lease_owner):
            return False
        self.put(_finished(job, finish, self._tables.clock()))
        record = self._tables.rooms[job.room_id]
        if finish.owes_round and job.event_id not in record.processed:
            self._tables.owed_rounds[job.event_id] = None
        return finish.lease_owner is not None

    def _key(self, room_id: str, channel_id: str) -> LaneKey:
        return room_id, "" if self._tables.lane_scope is LaneScope.ROOM else channel_id

    def _lane_of(self, job: DeliveryJob) -> LaneKey:
        return self._key(job.room_id, job.channel_id)

    def _lanes(self, asked: Container[LaneKey] | None) -> list[Lane]:
        """Return the asked open jobs by lane, the lane whose head is due longest first."""
        lanes: defaultdict[LaneKey, Lane] = defaultdict(list)
        for job in self._tables.open_jobs():
            key = self._lane_of(job)
            if asked is None or key in asked:
                lanes[key].append(job)
        for lane in lanes.values():
            lane.sort(key=lambda job: (job.event_index, job.id))
        return sorted(lanes.values(), key=lambda lane: lane[0].due_at)

    def _leased(
        self, jobs: Sequence[DeliveryJob], record: RoomRecord, *, unit: CommitUnit, now: datetime
    ) -> list[DeliveryJob]:
        """Lease new jobs to the unit's owner, but not those that would overtake others."""
        until = now + timedelta(seconds=unit.lease_seconds)
        lease = {"lease_owner": unit.lease_owner, "lease_until": until}
        obstructed = self._obstructed_lanes(record, unit.lease_owner, now)
        return [
            job if self._lane_of(job) in obstructed else job.model_copy(update=lease)
            for job in jobs
        ]

    def _obstructed_lanes(self, record: RoomRecord, owner: str, now: datetime) -> set[LaneKey]:
        """Return the lanes of a room with an open job that `owner` does not hold."""
        return {
            self._lane_of(job)
            for job in record.open_jobs.values()
            if not (job.lease_owner == owner and is_held(job, now))
        }


def _waits_for_jobs(record: RoomRecord, event_id: str) -> bool:
    """Tell whether the first attempt of one of an event's jobs is not over."""
    jobs = [job for job in record.open_jobs.values() if job.event_id == event_id]
    return any(is_untried(job.kind, job.state) for job in jobs)


def _finished(job: DeliveryJob, finish: DeliveryFinish, now: datetime) -> DeliveryJob:
    outcome = finish.model_dump(exclude=NO_COLUMNS)
    if finish.due_in_s is not None:
        outcome["due_at"] = now + timedelta(seconds=finish.due_in_s)
    wait = finish.follow_up_in_s
    outcome["follow_up_at"] = None if wait is None else now + timedelta(seconds=wait)
    if finish.state not in OPEN_STATES:
        outcome |= {"lease_owner": "", "lease_until": None, "unsaid": None}
    return job.model_copy(update=outcome)
