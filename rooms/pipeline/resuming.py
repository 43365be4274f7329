"""Taking up work whose process died: leases that ran out become lane work again."""

import logging
from collections import deque

from rooms.domain.errors import StoreUnavailableError
from rooms.domain.job import DeliveryFinish, DeliveryJob, DeliveryState
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import Cascade
from rooms.pipeline.work import Work

logger = logging.getLogger("roomkit.core.worker")


class Resuming:
    """Leases open jobs and hands them to the lanes, in index order per lane."""

    def __init__(self, parts: Parts, lanes: Lanes, outbox: Outbox, leases: LeaseKeeper) -> None:
        self._parts = parts
        self._lanes = lanes
        self._outbox = outbox
        self._leases = leases
        self._not_begun: deque[DeliveryJob] = deque()

    async def take_up(self, *, limit: int = 100) -> int:
        """Take what is due and not being worked on here; return how many jobs were begun.

        Raises:
            StoreUnavailableError: If the database does not answer; what was taken is begun by the
                next call.
        """
        jobs = await self._parts.store.lease_deliveries(
            self._parts.node, seconds=self._parts.limits.lease, limit=limit
        )
        for job in jobs:
            if not self._leases.holds(job.id):
                self._leases.keep(job.id)
                self._not_begun.append(job)
        begun = 0
        while self._not_begun:
            await self._begin(self._not_begun[0])
            self._not_begun.popleft()
            begun += 1
        return begun

    async def _begin(self, job: DeliveryJob) -> None:
        try:
            await self._take(job)
        except StoreUnavailableError:
            raise
        except Exception as error:  # one row that cannot be read must not stop all others
            logger.exception("delivery cannot be taken up", extra={"delivery_id": job.id})
            await self._discard(job, f"it cannot be taken up: {error}")

    async def _take(self, job: DeliveryJob) -> None:
        event = await self._parts.store.get_event(job.event_id)
        snapshot = await self._parts.store.load_snapshot(job.room_id)
        if event is None or snapshot is None:
            await self._discard(job, "the event is gone")
            return
        binding = snapshot.context.get_binding(job.channel_id)
        if binding is None:
            await self._discard(job, "the channel was detached")
            return
        logger.info(
            "taking up delivery",
            extra={"room_id": job.room_id, "event_id": job.event_id, "delivery_id": job.id},
        )
        self._lanes.submit(
            Work(
                kind=job.kind,
                event=event,
                binding=binding,
                context=snapshot.context,
                cascade=Cascade(),
                row=job,
                attempts=job.attempts,
            )
        )

    async def _discard(self, job: DeliveryJob, why: str) -> None:
        finish = DeliveryFinish(
            id=job.id,
            state=DeliveryState.DISCARDED,
            attempts=job.attempts,
            error_code="discarded",
            error_message=why,
        )
        await self._outbox.finish((finish,))
        self._leases.drop(job.id)
