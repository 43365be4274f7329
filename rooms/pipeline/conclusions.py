"""The end of a round whose targets several processes have (RFC §10.1 steps 15–17)."""

import logging

from hooks.triggers import HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.delivery import DeliveryError, DeliveryOutcome, DeliveryResult
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.pipeline.broadcast import NOT_DELIVERED, Results, observe, tell_failures, tell_processed
from rooms.pipeline.parts import Parts
from rooms.pipeline.work import Work

logger = logging.getLogger("roomkit.core.delivery")

OUTCOME_OF_STATE = {
    DeliveryState.SENT: DeliveryOutcome.SENT,
    DeliveryState.FAILED: DeliveryOutcome.FAILED,
    DeliveryState.UNKNOWN: DeliveryOutcome.UNKNOWN,
    DeliveryState.DISCARDED: DeliveryOutcome.FAILED,
}


class Conclusions:
    """Tells of an event's round once the last of its first attempts was made, wherever that was."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def check(self, work: Work) -> None:
        """End the round if this was its last first attempt; exactly one process does."""
        if work.row is None or work.broadcast is not None or work.kind is DeliveryKind.INJECT:
            return
        await self._end(work.event, work.context)

    async def take_up(self, *, limit: int) -> None:
        """End the rounds that were over and not told of, at most so many.

        Their process died between the two, or the last target was gone.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        store = self._parts.store
        for event_id in await store.find_untold_rounds(limit=limit):
            event = await store.get_event(event_id)
            snapshot = await store.load_snapshot(event.room_id) if event else None
            if event is not None and snapshot is not None:
                self._parts.tasks.spawn(self._end(event, snapshot.context))

    async def tell_late(self, work: Work, result: DeliveryResult) -> None:
        """Keep what became of a delivery whose round was told of while it waited."""
        event = work.event
        if result.status not in NOT_DELIVERED:
            known = {result.channel_id: result.model_dump(mode="json")}
            await self._parts.store.record_delivery_results(event.id, known)
            return
        jobs = await self._parts.store.list_deliveries(event.room_id, event_id=event.id)
        await tell_failures(self._parts, event, {**_results(jobs), result.channel_id: result})

    async def _end(self, event: RoomEvent, context: RoomContext) -> None:
        try:
            if await self._parts.store.mark_processed(event.id):
                await self._conclude(event, context)
        except Exception:  # RFC §9.3: what follows a delivery must not undo it
            facts = {"room_id": event.room_id, "event_id": event.id}
            logger.exception("round not concluded", extra=facts)

    async def _conclude(self, event: RoomEvent, context: RoomContext) -> None:
        jobs = await self._parts.store.list_deliveries(event.room_id, event_id=event.id)
        await tell_failures(self._parts, event, _results(jobs))
        whole = await self._parts.context_of(context.room, context)
        await observe(self._parts, event, whole, HookTrigger.AFTER_BROADCAST)
        await tell_processed(self._parts, event)


def _results(jobs: list[DeliveryJob]) -> Results:
    """Return what the rows say; of agents only failures are kept."""
    results = {job.channel_id: _result(job) for job in jobs if job.kind is DeliveryKind.SEND}
    failed = [job for job in jobs if job.kind is DeliveryKind.REACT]
    return results | {
        job.channel_id: _result(job) for job in failed if job.state is DeliveryState.FAILED
    }


def _result(job: DeliveryJob) -> DeliveryResult:
    error = (
        DeliveryError(code=job.error_code, message=job.error_message or "")
        if (job.error_code)
        else None
    )
    return DeliveryResult(
        channel_id=job.channel_id,
        status=OUTCOME_OF_STATE.get(job.state, DeliveryOutcome.QUEUED),
        provider_message_id=job.provider_message_id,
        error=error,
    )
