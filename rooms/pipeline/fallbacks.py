"""Looking after sent messages, and going on by another channel where one was not enough.

When to look is written with the end of each delivery; whoever looks first puts that off, so that
the others do not. The record on the timeline has a key of its delivery: what goes on does so once,
in one transaction with the record, however many processes look and wherever they die.
"""

import asyncio
import logging
from collections.abc import Collection

from rooms.domain.commit import CommitOutcome, Committed, CommitUnit, EventWrite
from rooms.domain.delivery import DeliveryOutcome, DeliveryResult
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.fallback import FollowUp
from rooms.domain.job import DeliveryJob
from rooms.domain.json import JsonObject
from rooms.domain.provider_message import NEGATIVE, ProviderMessage
from rooms.pipeline.fallback_cases import Case, Choice, FallbackCases, Problem
from rooms.pipeline.late_retries import LateRetries
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import build_record
from rooms.pipeline.resuming import Resuming
from rooms.pipeline.work import Work

logger = logging.getLogger("roomkit.core.delivery")

FALLBACK_USED = "fallback_used"
FALLBACK_EXHAUSTED = "fallback_exhausted"
"""Codes of the records on the timeline, and names of the news about them."""

# How long whoever looks has for it; after that another does.
LOOK_S = 30.0


class Fallbacks:
    """Looks after deliveries whose binding, or the one they stand in for, has a policy."""

    def __init__(self, parts: Parts, resuming: Resuming) -> None:
        self._parts = parts
        self._resuming = resuming
        self._cases = FallbackCases(parts.store, parts.channels)
        self._late = LateRetries(parts, self._cases)

    async def take_due(
        self, *, limit: int = 100, delivery_ids: Collection[str] | None = None
    ) -> int:
        """Look at the deliveries whose moment has come; return how many those were.

        Args:
            limit: The most to look at.
            delivery_ids: Only these; None looks at all.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        jobs = await self._parts.store.lease_follow_ups(
            seconds=LOOK_S, limit=limit, delivery_ids=delivery_ids
        )
        await asyncio.gather(*(self._look(job) for job in jobs))
        return len(jobs)

    def look_soon(self, work: Work, result: DeliveryResult) -> None:
        """Go on at once where a delivery that has just ended will not arrive."""
        if work.row is not None and (work.fallback is not None or work.was_given_up):
            self._parts.tasks.spawn(self._look_at_end(work.row, result))

    async def are_needless(self, work: Work) -> bool:
        """Tell whether a delivery stands in for one that has come far enough meanwhile."""
        job = work.row
        if job is None or job.fallback_for is None or work.attempts:
            return False
        return await self._cases.is_needless(job)

    async def hasten(self, message: ProviderMessage) -> None:
        """Go on at once for a message that its provider has given up, unless it is sent again."""
        if message.event_id is None or message.status not in NEGATIVE:
            return
        if await self._late.hear(message):
            return
        ids = await self._parts.store.hasten_follow_ups(message.event_id, message.channel_id)
        if ids:
            self._parts.tasks.spawn(self.take_due(delivery_ids=ids))

    async def _look_at_end(self, job: DeliveryJob, result: DeliveryResult) -> None:
        if result.status is not DeliveryOutcome.FAILED:
            given_up = await self._cases.given_up_of(job)
            # The report has overtaken the end of the send.
            if not given_up or await self._late.hear(given_up[0]):
                return
            await self._parts.store.hasten_follow_ups(job.event_id, job.channel_id)
        await self.take_due(delivery_ids=[job.id])

    async def _look(self, job: DeliveryJob) -> None:
        try:
            case = await self._cases.read(job)
            problem = await self._cases.find_problem(case) if case else None
            if problem is not None and await self._late.open(job):
                return
            if case is None or problem is None:
                await self._parts.store.end_follow_up(job.id)
            elif problem.not_before is None or problem.not_before <= self._parts.clock.now():
                await self._go_on(case, problem)
        except Exception:  # one that cannot be decided must not stop the others: it comes again
            facts = {"delivery_id": job.id, "room_id": job.room_id, "event_id": job.event_id}
            logger.exception("delivery not looked after", extra=facts)

    async def _go_on(self, case: Case, problem: Problem) -> None:
        choice = await self._cases.choose(case)
        facts = _describe(case, problem, choice)
        code = FALLBACK_USED if choice.channel_id else FALLBACK_EXHAUSTED
        record = build_record(case.event.room_id, EventType.SYSTEM, code, facts)
        job = _build_job(case, choice.channel_id) if choice.channel_id else None
        committed = await self._write(case, record, job)
        if committed.outcome is not CommitOutcome.COMMITTED:
            # It was gone on for before, and a person has tried it once more since.
            await self._parts.store.end_follow_up(case.job.id)
            return
        logger.info("message goes on" if job else "message goes nowhere", extra=facts)
        if job is not None:
            self._resuming.resume([job])
        await self._parts.news.emit(code, room_id=record.room_id, **facts)

    async def _write(self, case: Case, record: RoomEvent, job: DeliveryJob | None) -> Committed:
        """Write the record, the end of the look and the next delivery, all or nothing.

        A room that was closed meanwhile takes the record: it took the message before.
        """
        key = f"fallback:{case.job.id}"
        unit = CommitUnit(
            room_id=record.room_id,
            events=(EventWrite(event=record.model_copy(update={"idempotency_key": key})),),
            follow_ups=(FollowUp(delivery_id=case.job.id, next_job=job),),
            exempt_from_status=True,
            touches_activity=False,
            at=self._parts.clock.now(),
        )
        [committed] = await self._parts.store.commit([unit])
        return committed


def _describe(case: Case, problem: Problem, choice: Choice) -> JsonObject:
    """Say what happened, in ids and codes."""
    facts: JsonObject = {
        "event_id": case.event.id,
        "from_channel": case.job.channel_id,
        "reason": problem.reason.value,
    }
    if choice.channel_id is not None:
        facts["to_channel"] = choice.channel_id
    if problem.error_code is not None:
        facts["error_code"] = problem.error_code
    if choice.skipped:
        facts["skipped"] = choice.skipped
    return facts


def _build_job(case: Case, channel_id: str) -> DeliveryJob:
    """Make the delivery that goes on; it is leased to nobody."""
    job = case.job
    return DeliveryJob(
        room_id=job.room_id,
        event_id=job.event_id,
        event_index=job.event_index,
        channel_id=channel_id,
        owner_epoch=job.owner_epoch,
        traceparent=job.traceparent,
        fallback_for=case.first,
    )
