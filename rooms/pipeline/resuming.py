"""Work that was left: by a process that died, or by one that does not deliver itself."""

import logging
from collections.abc import Sequence

from rooms.domain.job import DeliveryJob
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.dispatch import Dispatch
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.taking import Taking
from rooms.pipeline.work import Work

logger = logging.getLogger("roomkit.core.worker")


class Resuming:
    """Hands the lanes what nobody works on."""

    def __init__(
        self,
        taking: Taking,
        lanes: Lanes,
        tasks: TaskGroup,
        *,
        conclusions: Conclusions,
        dispatch: Dispatch,
    ) -> None:
        self._taking = taking
        self._lanes = lanes
        self._tasks = tasks
        self._conclusions = conclusions
        self._dispatch = dispatch

    async def take_up(self, *, limit: int = 100) -> int:
        """Begin what is due and held by nobody, and end the rounds nobody has told of.

        Return how many jobs were begun.

        A process that is stopping begins none.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        if self._lanes.is_stopping:
            return 0
        begun = await self._taking.take(self._begin, limit=limit)
        await self._conclusions.take_up(limit=limit)
        return begun

    async def drain_lane(self, room_id: str, channel_id: str) -> int:
        """Do what is free in one lane, with what is added meanwhile; return how many were begun.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        if self._lanes.is_stopping:
            return 0
        begun = await self._taking.take(self._begin, lanes=[(room_id, channel_id)])
        await self._lanes.idle(room_id, channel_id)
        return begun

    def pass_on(self, jobs: Sequence[DeliveryJob]) -> None:
        """See that jobs which were committed without an owner are done, here or elsewhere."""
        if self._dispatch.waker is not None:
            self._dispatch.waker.wake(jobs)
        elif self._dispatch.runs_here and self._dispatch.is_shared and not self._lanes.is_stopping:
            # Whoever was ahead in the lane may have ended before it could see these.
            lanes = list(dict.fromkeys((job.room_id, job.channel_id) for job in jobs))
            self._tasks.spawn(self._taking.take(self._begin, lanes=lanes))

    def resume(self, jobs: Sequence[DeliveryJob]) -> None:
        """See that jobs which were put off and are due now are done, here or elsewhere."""
        if self._dispatch.waker is not None:
            self._dispatch.waker.wake(jobs)
        elif self._dispatch.runs_here and not self._lanes.is_stopping:
            lanes = list(dict.fromkeys((job.room_id, job.channel_id) for job in jobs))
            self._tasks.spawn(self._taking.take(self._begin, lanes=lanes))

    def _begin(self, work: Work) -> None:
        logger.info("taking up delivery", extra=work.log_facts)
        self._lanes.submit(work)
