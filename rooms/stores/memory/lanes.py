"""Walking lanes: which of their jobs somebody may take now."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from rooms.domain.job import DeliveryJob, DeliveryKind

Lane = list[DeliveryJob]
"""The open jobs of a lane, in its order."""


def free_part(lane: Lane, owner: str, now: datetime) -> Iterator[DeliveryJob]:
    """Walk a lane up to the first job that nobody may pass."""
    for job in lane:
        if _is_obstacle(job, lane, owner, now):
            return
        if not is_held(job, now):
            yield job


def free_events(lane: Lane, owner: str, now: datetime) -> Iterator[DeliveryJob]:
    """Walk a room's lane up to the last event of which no job is behind an obstacle."""
    for _, of_event in groupby(lane, key=lambda job: job.event_index):
        jobs = list(of_event)
        obstacles = [job for job in jobs if _is_obstacle(job, lane, owner, now)]
        yield from (job for job in jobs if job not in obstacles and not is_held(job, now))
        if obstacles:
            return


def is_held(job: DeliveryJob, now: datetime) -> bool:
    """Tell whether a job is leased to somebody."""
    return job.lease_until is not None and job.lease_until > now


def _is_obstacle(job: DeliveryJob, lane: Lane, owner: str, now: datetime) -> bool:
    """Tell whether nobody may pass a job: it is not yet due, another's, or must wait itself."""
    return (
        job.due_at > now
        or _is_anothers(job, owner, now)
        or (job.kind is DeliveryKind.REACT and _is_busy_later(job, lane, owner, now))
    )


def _is_busy_later(job: DeliveryJob, lane: Lane, owner: str, now: datetime) -> bool:
    """Tell whether another has a later question to the same agent, which makes one at a time."""
    return any(
        later.channel_id == job.channel_id
        and later.kind is DeliveryKind.REACT
        and later.event_index > job.event_index
        and _is_anothers(later, owner, now)
        for later in lane
    )


def _is_anothers(job: DeliveryJob, owner: str, now: datetime) -> bool:
    return is_held(job, now) and job.lease_owner != owner
