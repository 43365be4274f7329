"""Taking up work whose process died: leases that ran out become lane work again."""

import logging

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

    async def take_up(self, *, limit: int = 100) -> int:
        """Take what is due and not being worked on here; return how many jobs that were."""
        jobs = await self._parts.store.lease_deliveries(
            self._parts.node, seconds=self._parts.limits.lease, limit=limit
        )
        taken = [job for job in jobs if not self._leases.holds(job.id)]
        for job in taken:
            await self._take(job)
        return len(taken)

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
