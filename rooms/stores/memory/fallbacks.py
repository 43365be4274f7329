"""Deliveries that somebody looks after: how far did they come?"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from rooms.domain.fallback import FollowUp
from rooms.domain.job import OPEN_STATES, DeliveryJob
from rooms.stores.memory.outbox import Outbox
from rooms.stores.memory.tables import Tables


class FollowUpTable:
    """Hands out ended jobs whose moment has come."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._outbox = Outbox(tables)

    def lease_follow_ups(
        self, *, seconds: float, limit: int = 100, delivery_ids: Collection[str] | None = None
    ) -> list[DeliveryJob]:
        """Take ended jobs whose `follow_up_at` has come, and put it off by `seconds`."""
        now = self._tables.clock()
        due = [
            job
            for job in self._watched()
            if job.follow_up_at is not None
            and job.follow_up_at <= now
            and job.state not in OPEN_STATES
            and (delivery_ids is None or job.id in delivery_ids)
        ]
        due.sort(key=lambda job: (job.follow_up_at or now, job.id))
        until = now + timedelta(seconds=seconds)
        taken = [job.model_copy(update={"follow_up_at": until}) for job in due[:limit]]
        for job in taken:
            self._outbox.put(job)
        return taken

    def hasten_follow_ups(self, event_id: str, channel_id: str) -> list[str]:
        """Let `follow_up_at` of an event's jobs at a channel come now; return their ids."""
        now, asked = self._tables.clock(), (event_id, channel_id)
        jobs = [job for job in self._watched() if (job.event_id, job.channel_id) == asked]
        for job in jobs:
            sooner = min(job.follow_up_at or now, now)
            self._outbox.put(job.model_copy(update={"follow_up_at": sooner}))
        return [job.id for job in jobs]

    def end_follow_up(self, delivery_id: str) -> None:
        """Look after a job no more."""
        for job in self._watched():
            if job.id == delivery_id:
                self._outbox.put(job.model_copy(update={"follow_up_at": None}))

    def write(self, follow_ups: Sequence[FollowUp]) -> None:
        """End the looks and open the jobs that go on, due now."""
        for each in follow_ups:
            self.end_follow_up(each.delivery_id)
            if each.next_job is not None:
                due = {"due_at": self._tables.clock()}
                self._outbox.put(each.next_job.model_copy(update=due))

    def _watched(self) -> list[DeliveryJob]:
        rooms = self._tables.follow_up_rooms
        return [self._tables.rooms[room_id].jobs[job_id] for job_id, room_id in rooms.items()]
