"""Handing an event to a transport: transcode, breaker, rate limit, retries (RFC §10.2, §13)."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from rooms.channel import Channel
from rooms.domain.commit import CommitUnit
from rooms.domain.delivery import DeliveryError, DeliveryOutcome, DeliveryResult
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryFinish, DeliveryKind, DeliveryState
from rooms.domain.output import ChannelOutput
from rooms.pipeline import permissions
from rooms.pipeline.answers import Answers
from rooms.pipeline.broadcast import tell_delivery, tell_tasks
from rooms.pipeline.draft import SideEffects
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.parts import Parts
from rooms.pipeline.turns import side_effects_of
from rooms.pipeline.work import Work
from rooms.resilience.circuit_breaker import CIRCUIT_BREAKER_OPEN, ChannelCircuitBreakers, Permit
from rooms.resilience.rate_limit import ChannelRateLimiters
from rooms.resilience.retry import is_retryable, next_delay
from rooms.telemetry import SpanKind

logger = logging.getLogger("roomkit.core.delivery")


@dataclass(frozen=True)
class Sending:
    """One delivery with the channel object and the form it can show."""

    work: Work
    channel: Channel
    event: RoomEvent


class Sender:
    """Runs SEND and INJECT jobs."""

    def __init__(
        self,
        parts: Parts,
        *,
        lanes: Lanes,
        outbox: Outbox,
        answers: Answers,
        breakers: ChannelCircuitBreakers,
    ) -> None:
        self._parts = parts
        self._lanes = lanes
        self._outbox = outbox
        self._answers = answers
        self._breakers = breakers
        self._limiters = ChannelRateLimiters(parts.clock)

    async def send(self, work: Work) -> None:
        """Show an event to a transport and hand it over for the outside."""
        sending = await self._prepare(work)
        if sending is None:
            return
        output = await self._show(sending)
        result = DeliveryResult(channel_id=work.binding.channel_id, status=DeliveryOutcome.SENT)
        if permissions.wants_deliver(work.binding):
            result, delivered = await self._deliver(sending)
            output = _merge(output, delivered)
        await self._keep(work, output, result)

    async def inject(self, work: Work) -> None:
        """Hand an injected event over as it is: no transcoding, no answers, no news."""
        channel = self._parts.channels.get(work.binding.channel_id)
        if channel is None:
            await self._close(work, _failure(work, _unregistered(work)))
            return
        if permissions.wants_on_event(work.binding):
            await self._show(Sending(work, channel, work.event))
        result, _ = await self._deliver(Sending(work, channel, work.event))
        await self._close(work, result)

    async def _prepare(self, work: Work) -> Sending | None:
        """Find the channel and the form it can show; settle the work when there is none."""
        channel = self._parts.channels.get(work.binding.channel_id)
        if channel is None:
            await self._close(work, _failure(work, _unregistered(work)))
            return None
        content = self._parts.transcoder.transcode(work.event.content, work.binding.capabilities)
        if content is None:
            problem = DeliveryError(
                code="transcoding_failed",
                message=f"{channel.channel_id!r} can show no part of {work.event.content.type}",
                retryable=False,
            )
            await self._close(work, _failure(work, problem))
            return None
        if content is work.event.content:
            return Sending(work, channel, work.event)
        return Sending(work, channel, work.event.model_copy(update={"content": content}))

    async def _show(self, sending: Sending) -> ChannelOutput:
        work = sending.work
        if not permissions.wants_on_event(work.binding):
            return ChannelOutput.empty()
        try:
            return await sending.channel.on_event(sending.event, work.binding, work.context)
        except Exception:  # RFC §10.2: a reaction that fails must not keep the message back
            logger.exception(
                "on_event failed",
                extra={"room_id": work.event.room_id, "channel_id": work.binding.channel_id},
            )
            return ChannelOutput.empty()

    # -- attempts

    async def _deliver(self, sending: Sending) -> tuple[DeliveryResult, ChannelOutput]:
        """Try until it is taken, until trying again cannot help, or until the policy ends."""
        permit = self._breakers.breaker(sending.channel.channel_id).admit()
        if permit is None:
            problem = DeliveryError(
                code=CIRCUIT_BREAKER_OPEN,
                message=f"channel {sending.channel.channel_id!r} keeps failing and is left alone",
            )
            return _failure(sending.work, problem), ChannelOutput.empty()
        span = self._parts.telemetry.span(
            SpanKind.DELIVERY,
            "deliver",
            parent_id=sending.work.cascade.span_id,
            room_id=sending.work.event.room_id,
            channel_id=sending.channel.channel_id,
        )
        with permit, span:
            return await self._attempts(sending, permit)

    async def _attempts(
        self, sending: Sending, permit: Permit
    ) -> tuple[DeliveryResult, ChannelOutput]:
        work = sending.work
        while True:
            await self._take_turn(sending)
            work.attempts += 1
            try:
                output = await sending.channel.deliver(sending.event, work.binding, work.context)
            except Exception as error:  # RFC §13: every failure of a target is a result
                delay = self._delay_after(work, error)
                _log_failure(work, error, delay)
                if delay is None:
                    # A refusal for good, such as a wrong number, says nothing about the vendor.
                    if is_retryable(error, work.binding.retry_policy):
                        permit.fail()
                    return _failure(work, _problem(error)), ChannelOutput.empty()
                await self._wait_for_retry(work, error, delay)
                continue
            permit.succeed()
            return _success(work, output), output

    async def _take_turn(self, sending: Sending) -> None:
        """Wait for the rate limit; a delivery that has to wait counts as queued."""
        limit = sending.work.binding.rate_limit or sending.work.binding.capabilities.rate_limit
        if limit is None:
            return
        limiter = self._limiters.limiter(sending.channel.channel_id, limit)
        if limiter.try_acquire():
            return
        self._lanes.hold(sending.work.lane)
        try:
            await limiter.acquire()
        finally:
            self._lanes.release(sending.work.lane)

    def _delay_after(self, work: Work, error: Exception) -> float | None:
        policy = work.binding.retry_policy
        if not is_retryable(error, policy):
            return None
        retry_after = getattr(error, "retry_after", None)
        return next_delay(policy, work.attempts, retry_after=retry_after)

    async def _wait_for_retry(self, work: Work, error: Exception, delay: float) -> None:
        problem = _problem(error)
        due_at = self._parts.clock.now() + timedelta(seconds=delay)
        waiting = [
            finish.model_copy(update={"due_at": due_at})
            for finish in work.finish(DeliveryState.WAITING, error=problem)
        ]
        self._lanes.hold(work.lane)
        try:
            await self._outbox.finish(tuple(waiting))
            await self._parts.clock.sleep(delay)
        finally:
            self._lanes.release(work.lane)

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
                finishes=_finish(work, result),
            )
            await self._parts.store.commit([unit])
            await self._report(work, result)
            await tell_tasks(self._parts, work.event, effects.tasks, work.context)
        else:
            await self._close(work, result)
        for segment, answer in enumerate(output.response_events):
            await self._answers.commit(work, answer, segment=segment, side_effects=SideEffects())

    async def _close(self, work: Work, result: DeliveryResult) -> None:
        await self._outbox.finish(_finish(work, result))
        await self._report(work, result)

    async def _report(self, work: Work, result: DeliveryResult) -> None:
        """Report to the broadcast or, where it is over or another process's, to the host.

        Injections ride bare: their deliveries are no news.
        """
        untold = work.settled or work.broadcast is None
        work.settle(result)
        if untold and work.kind is DeliveryKind.SEND:
            await tell_delivery(self._parts, work.event, result)


def _log_failure(work: Work, error: Exception, delay: float | None) -> None:
    logger.log(
        logging.ERROR if delay is None else logging.WARNING,
        "delivery attempt failed",
        exc_info=error,
        extra={
            "room_id": work.event.room_id,
            "event_id": work.event.id,
            "channel_id": work.binding.channel_id,
            "attempt": work.attempts,
            "retry_in_seconds": delay,
        },
    )


def _finish(work: Work, result: DeliveryResult) -> tuple[DeliveryFinish, ...]:
    sent = result.status is DeliveryOutcome.SENT
    state = DeliveryState.SENT if sent else DeliveryState.FAILED
    return tuple(
        finish.model_copy(update={"provider_message_id": result.provider_message_id})
        for finish in work.finish(state, error=result.error)
    )


def _success(work: Work, output: ChannelOutput) -> DeliveryResult:
    answer = output.provider_result
    return DeliveryResult(
        channel_id=work.binding.channel_id,
        status=DeliveryOutcome.SENT,
        provider_message_id=answer.provider_message_id if answer else None,
        provider_result=answer,
    )


def _failure(work: Work, problem: DeliveryError) -> DeliveryResult:
    return work.result(DeliveryOutcome.FAILED, error=problem)


def _problem(error: Exception) -> DeliveryError:
    """Describe a failure; an error that does not say otherwise counts as retryable."""
    return DeliveryError(
        code=getattr(error, "code", None) or type(error).__name__,
        message=str(error),
        retryable=getattr(error, "retryable", True),
        retry_after=getattr(error, "retry_after", None),
    )


def _unregistered(work: Work) -> DeliveryError:
    return DeliveryError(
        code="channel_not_registered",
        message=f"channel {work.binding.channel_id!r} is attached but not registered here",
        retryable=False,
    )


def _merge(shown: ChannelOutput, delivered: ChannelOutput) -> ChannelOutput:
    """Add up what a channel left behind when it was shown an event and when it delivered it."""
    return ChannelOutput(
        response_events=[*shown.response_events, *delivered.response_events],
        tasks=[*shown.tasks, *delivered.tasks],
        observations=[*shown.observations, *delivered.observations],
        metadata_updates={**shown.metadata_updates, **delivered.metadata_updates},
    )
