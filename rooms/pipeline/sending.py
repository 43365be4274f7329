"""Handing an event to a transport in the form it can show (RFC §10.2)."""

import logging

from rooms.domain.commit import CommitUnit
from rooms.domain.delivery import DeliveryError, DeliveryOutcome, DeliveryResult
from rooms.domain.job import DeliveryKind, DeliveryState
from rooms.domain.output import ChannelOutput
from rooms.domain.progress import Progress
from rooms.pipeline import permissions
from rooms.pipeline.answers import Answers
from rooms.pipeline.attempts import Attempts, Sending
from rooms.pipeline.broadcast import tell_delivery, tell_tasks
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.course import tell_progress
from rooms.pipeline.draft import SideEffects
from rooms.pipeline.fallbacks import Fallbacks
from rooms.pipeline.filing import show_files
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.outcomes import build_crash, build_failure, build_finish, build_unknown
from rooms.pipeline.overflow import cut_into_parts
from rooms.pipeline.owner_gate import STALE_OWNER, StaleOwnerError
from rooms.pipeline.parts import Parts
from rooms.pipeline.quiet_hours import Night
from rooms.pipeline.targeting import add_targets
from rooms.pipeline.turns import side_effects_of
from rooms.pipeline.work import Work

logger = logging.getLogger("roomkit.core.delivery")

NOT_NEEDED = "not_needed"
"""The error code of a fallback that was dropped: the message had come far enough meanwhile."""


class Sender:
    """Runs SEND and INJECT jobs."""

    def __init__(  # noqa: PLR0913 - one argument a collaborator
        self,
        parts: Parts,
        *,
        lanes: Lanes,
        outbox: Outbox,
        answers: Answers,
        attempts: Attempts,
        conclusions: Conclusions,
        night: Night,
        fallbacks: Fallbacks,
    ) -> None:
        self._parts = parts
        self._lanes = lanes
        self._outbox = outbox
        self._answers = answers
        self._attempts = attempts
        self._conclusions = conclusions
        self._night = night
        self._fallbacks = fallbacks

    async def send(self, work: Work) -> None:
        """Show an event to a transport and hand it over for the outside."""
        sending = await self._prepare(work)
        if sending is None or await self._given_up(sending):
            return
        if await self._fallbacks.are_needless(work):
            await self._drop(work)
            return
        if await self._night.holds_back(work):
            return
        try:
            await self._hand_over(sending)
        except StaleOwnerError as stale:
            await self._withhold(work, stale)

    async def _hand_over(self, sending: Sending) -> None:
        work = sending.work
        output = await self._show(sending)
        result = DeliveryResult(channel_id=work.binding.channel_id, status=DeliveryOutcome.SENT)
        if permissions.wants_deliver(work.binding):
            result, delivered = await self._attempts.make(sending)
            output = _merge(output, delivered)
        await self._keep(work, output, result)

    async def inject(self, work: Work) -> None:
        """Hand an injected event over as it is: no transcoding, no answers, no news."""
        channel = await self._parts.channels.find(work.binding.channel_id)
        if channel is None:
            await self._close(work, build_failure(work, _unregistered(work)))
            return
        event = await show_files(self._parts.media, work.event, channel)
        sending = Sending(work, channel, event)
        if await self._given_up(sending) or await self._night.holds_back(work):
            return
        await self._show(sending)
        try:
            result, _ = await self._attempts.make(sending)
        except StaleOwnerError as stale:
            await self._withhold(work, stale)
            return
        await self._close(work, result)

    async def _prepare(self, work: Work) -> Sending | None:
        """Find the channel and the form it can show; settle the work when there is none."""
        channel = await self._parts.channels.find(work.binding.channel_id)
        if channel is None:
            await self._close(work, build_failure(work, _unregistered(work)))
            return None
        content = self._parts.transcoder.transcode(work.event.content, work.binding.capabilities)
        if content is None:
            problem = DeliveryError(
                code="transcoding_failed",
                message=f"{channel.channel_id!r} can show no part of {work.event.content.type}",
                retryable=False,
            )
            await self._close(work, build_failure(work, problem))
            return None
        event = work.event
        if channel.keeps_outbox:
            event = await add_targets(self._parts.store, event, channel.channel_id)
        if content is not event.content:
            event = event.model_copy(update={"content": content})
        cut = cut_into_parts(self._parts.transcoder, work, channel)
        parts = tuple(event.model_copy(update={"content": part}) for part in cut)
        return Sending(work, channel, await show_files(self._parts.media, event, channel), parts)

    async def _given_up(self, sending: Sending) -> bool:
        """Leave alone what may have been sent by a process that died before it could tell.

        So is what may be repeated, once too many processes have died of it.
        """
        work = sending.work
        if await self._attempts.is_in_doubt(sending):
            result = build_unknown(work, "the process died while sending")
        elif work.crashes_processes:
            result = build_failure(work, build_crash(work))
        else:
            return False
        progress = Progress.of(work.event, work.binding.channel_id)
        await self._close(work, tell_progress(result, progress))
        return True

    async def _show(self, sending: Sending) -> ChannelOutput:
        work = sending.work
        if not permissions.wants_on_event(work.binding):
            return ChannelOutput.empty()
        try:
            return await sending.channel.on_event(sending.event, work.binding, work.context)
        except Exception:  # RFC §10.2: a reaction that fails must not keep the message back
            logger.exception("on_event failed", extra=work.log_facts)
            return ChannelOutput.empty()

    # -- ends

    async def _keep(self, work: Work, output: ChannelOutput, result: DeliveryResult) -> None:
        """Store what the channel left behind with the end of its job, then its answers."""
        effects = side_effects_of(output, work.event.room_id, work.binding.channel_id)
        if effects:
            unit = CommitUnit(
                room_id=work.event.room_id,
                tasks=effects.tasks,
                observations=effects.observations,
                metadata_patch=effects.metadata_patch,
                finishes=build_finish(work, result),
            )
            await self._lanes.persist(work, lambda: self._parts.store.commit([unit]))
            work.ended = True
            await self._report(work, result)
            await tell_tasks(self._parts, work.event, effects.tasks, work.context)
        else:
            await self._close(work, result)
        for segment, answer in enumerate(output.response_events):
            await self._answers.commit(work, answer, segment=segment, side_effects=SideEffects())

    async def _drop(self, work: Work) -> None:
        """End what need not be sent any more."""
        await self._discard(
            work, DeliveryError(code=NOT_NEEDED, message="it arrived, or its recipient is here")
        )
        work.settled = True
        await self._conclusions.check(work)

    async def _withhold(self, work: Work, stale: StaleOwnerError) -> None:
        """End what must not be sent any more."""
        why = DeliveryError(code=STALE_OWNER, message=str(stale), retryable=False)
        await self._discard(work, why)
        work.settle(work.result(DeliveryOutcome.FAILED, error=why))
        await self._conclusions.check(work)

    async def _discard(self, work: Work, why: DeliveryError) -> None:
        """End the row; a chain of fallbacks ends with it."""
        ends = work.finish(DeliveryState.DISCARDED, error=why)
        still = tuple(end.model_copy(update={"follow_up_in_s": None}) for end in ends)
        await self._outbox.end(work, still)

    async def _close(self, work: Work, result: DeliveryResult) -> None:
        await self._outbox.end(work, build_finish(work, result))
        await self._report(work, result)

    async def _report(self, work: Work, result: DeliveryResult) -> None:
        """Report to the broadcast or, where it is over or another process's, to the host.

        Injections ride bare: their deliveries are no news.
        """
        is_late = work.settled
        work.settle(result)
        self._fallbacks.look_soon(work, result)
        if work.kind is not DeliveryKind.SEND or not (is_late or work.broadcast is None):
            return
        await tell_delivery(self._parts, work.event, result, work.context)
        if is_late:
            await self._conclusions.tell_late(work, result)
        await self._conclusions.check(work)


def _unregistered(work: Work) -> DeliveryError:
    return DeliveryError(
        code="channel_not_registered",
        message=f"channel {work.binding.channel_id!r} is attached but not registered here",
        retryable=False,
    )


def _merge(shown: ChannelOutput, delivered: ChannelOutput) -> ChannelOutput:
    """Add up what a channel left behind when it was shown an event and when it delivered it."""
    if shown is ChannelOutput.empty():
        return delivered
    return ChannelOutput(
        response_events=[*shown.response_events, *delivered.response_events],
        tasks=[*shown.tasks, *delivered.tasks],
        observations=[*shown.observations, *delivered.observations],
        metadata_updates={**shown.metadata_updates, **delivered.metadata_updates},
    )
