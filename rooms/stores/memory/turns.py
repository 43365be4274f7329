"""Agents' turns: what is not said yet, and those that go on after they had ended."""

from collections.abc import Collection

from rooms.domain.job import (
    DeliveryJob,
    DeliveryKind,
    DeliveryState,
    Unsaid,
    gave_way,
    is_unanswered,
)
from rooms.stores.memory.outbox import Outbox
from rooms.stores.memory.tables import Tables

UNASKED = {
    "state": DeliveryState.PENDING,
    "attempts": 0,
    "error_code": None,
    "error_message": None,
}
"""What is written to the job of a question that is asked again."""


class TurnTable:
    """Changes the jobs of agents, beside what all jobs have in common."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._outbox = Outbox(tables)

    def keep_unsaid(self, delivery_id: str, unsaid: Unsaid, *, lease_owner: str) -> bool:
        """Keep what an agent has answered with its open job, if this owner holds that."""
        job = self._tables.open_job(delivery_id)
        if job is None or job.lease_owner != lease_owner:
            return False
        self._outbox.put(job.model_copy(update={"unsaid": unsaid}))
        return True

    def open_parked(self, room_id: str, event_id: str, channel_id: str) -> DeliveryJob | None:
        """Make a PARKED job PENDING, due now and held by nobody; None if there is none."""
        for job in self._outbox.list_deliveries(room_id, event_id=event_id):
            if job.channel_id == channel_id and job.state is DeliveryState.PARKED:
                due = {"state": DeliveryState.PENDING, "attempts": 1}
                opened = job.model_copy(update={**due, "due_at": self._tables.clock()})
                self._outbox.put(opened)
                return opened
        return None

    def ask_replaced(self, room_id: str, doomed: Collection[str]) -> None:
        """Make PENDING what gave way to unanswered questions that are about to be deleted."""
        jobs = self._outbox.list_deliveries(room_id)
        for job in jobs:
            if job.event_id in doomed and is_unanswered(job):
                earlier = [each for each in jobs if _comes_before(each, job, doomed)]
                if earlier and gave_way(earlier[-1]):
                    self._outbox.put(earlier[-1].model_copy(update=UNASKED))


def _comes_before(earlier: DeliveryJob, job: DeliveryJob, doomed: Collection[str]) -> bool:
    """Tell whether a job is an earlier question to the same agent, and stays."""
    return (
        earlier.channel_id == job.channel_id
        and earlier.kind is DeliveryKind.REACT
        and earlier.event_index < job.event_index
        and earlier.event_id not in doomed
    )
