"""Handing a delivery to its channel: breaker, rate limit, retries (RFC §13)."""

import logging
from dataclasses import dataclass
from functools import partial

from rooms.channel import Channel
from rooms.domain.delivery import DeliveryError, DeliveryResult
from rooms.domain.enums import DeliveryPolicy
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryState
from rooms.domain.output import ChannelOutput
from rooms.pipeline.clearance import Clearance, went_as_template
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.course import Courses, tell_progress
from rooms.pipeline.failures import delay_after, give_up, log_failure
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.noting import SentMessages
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.outcomes import build_failure, build_problem, build_success
from rooms.pipeline.owner_gate import OwnerGate
from rooms.pipeline.parts import Parts
from rooms.pipeline.work import Work
from rooms.resilience.circuit_breaker import CIRCUIT_BREAKER_OPEN, ChannelCircuitBreakers, Permit
from rooms.resilience.rate_limit import ChannelRateLimiters
from rooms.telemetry import Attr, SpanKind

logger = logging.getLogger("roomkit.core.delivery")


@dataclass(frozen=True)
class Sending:
    """One delivery with the channel object and the form it can show."""

    work: Work
    channel: Channel
    event: RoomEvent
    parts: tuple[RoomEvent, ...] = ()

    @property
    def messages(self) -> tuple[RoomEvent, ...]:
        """What goes out: the event, or the parts of a text that is too long for one message."""
        return self.parts or (self.event,)

    @property
    def may_repeat(self) -> bool:
        """Whether it may be sent again when nobody knows if it arrived."""
        repeats = self.work.binding.delivery_policy is DeliveryPolicy.AT_LEAST_ONCE
        return repeats or self.channel.takes_idempotency_key


class Attempts:
    """Tries a delivery until it is taken, trying again cannot help, or the policy ends."""

    def __init__(
        self,
        parts: Parts,
        *,
        lanes: Lanes,
        outbox: Outbox,
        breakers: ChannelCircuitBreakers,
        limiters: ChannelRateLimiters,
        conclusions: Conclusions,
    ) -> None:
        self._parts = parts
        self._lanes = lanes
        self._outbox = outbox
        self._breakers = breakers
        self._limiters = limiters
        self._conclusions = conclusions
        self._sent = SentMessages(parts, lanes)
        self._courses = Courses(parts, lanes)
        self._clearance = Clearance(parts, lanes)
        self._owner = OwnerGate(parts)

    async def make(self, sending: Sending) -> tuple[DeliveryResult, ChannelOutput]:
        """Return what came of it and what the channel answered.

        Raises:
            StaleOwnerError: If an agent made it under an earlier owner of the room.
        """
        work, telemetry = sending.work, self._parts.telemetry
        permit = await self._breakers.admit(sending.channel.channel_id)
        if permit is None:
            problem = DeliveryError(
                code=CIRCUIT_BREAKER_OPEN,
                message=f"channel {sending.channel.channel_id!r} keeps failing and is left alone",
            )
            return build_failure(work, problem), ChannelOutput.empty()
        span = telemetry.span(
            SpanKind.DELIVERY,
            "deliver",
            parent_id=work.cascade.span_id,
            room_id=work.event.room_id,
            channel_id=sending.channel.channel_id,
        )
        async with permit:
            with span as span_id:
                result, output = await self._try(sending, permit)
                if result.error is not None:
                    facts = {Attr.DELIVERY_ERROR.value: result.error.code}
                    telemetry.end_span(span_id, status="error", attributes=facts)
                return result, output

    async def is_in_doubt(self, sending: Sending) -> bool:
        """Tell whether it may have been sent by a process that died, and must not be repeated.

        If the provider's messages are noted, or it has reported on them, there is no doubt.
        """
        work = sending.work
        if not work.was_begun or sending.may_repeat:
            return False
        return not (await self._courses.resume(work, sending.messages)).is_sure

    async def _try(self, sending: Sending, permit: Permit) -> tuple[DeliveryResult, ChannelOutput]:
        """Send what earlier attempts have left of an event, one message after the other."""
        course = await self._courses.resume(sending.work, sending.messages)
        result, output = course.so_far(), ChannelOutput.empty()
        left = course.left
        for at, message in left:
            result, output = await self._send(sending, message, permit)
            if not result.success:
                return tell_progress(result, course.progress), output
            course, output = await self._courses.advance(course, at, output)
            result = build_success(sending.work, output)
            if went_as_template(output.provider_result):
                break
            if at != left[-1][0]:
                await self._rest(sending.work)
        return result, output

    async def _rest(self, work: Work) -> None:
        """Write down that nothing is under way between two parts: whoever finds it may go on.

        The attempts are those of one part: what was taken does not count as a failure.
        """
        work.attempts -= 1
        await self._outbox.note(work, work.finish(DeliveryState.PENDING))

    async def _send(
        self, sending: Sending, message: RoomEvent, permit: Permit
    ) -> tuple[DeliveryResult, ChannelOutput]:
        """Send one message until it is taken, trying again cannot help, or the policy ends."""
        work, event = sending.work, sending.event
        while True:
            await self._take_turn(sending)
            # One that was configured anew while this waited goes on under the same id.
            channel = self._parts.channels.get(sending.channel.channel_id) or sending.channel
            try:
                event = await self._clearance.clear(work, channel, event)
            except DeliveryFailedError as refusal:
                return build_failure(work, build_problem(refusal)), ChannelOutput.empty()
            work.attempts += 1
            await self._mark_begun(sending)
            # Last, for whatever comes before may take its time.
            await self._lanes.persist(work, partial(self._owner.check, work))
            try:
                output = await channel.deliver(
                    message if event is sending.event else event, work.binding, work.context
                )
            except Exception as error:  # RFC §13: every failure of a target is a result
                instead = await self._clearance.learn(work, channel, event, error)
                delay = 0.0 if instead else delay_after(work, error, may_repeat=sending.may_repeat)
                log_failure(work, error, delay)
                if instead is not None:
                    event = instead
                    continue
                if delay is None:
                    return await give_up(work, error, permit), ChannelOutput.empty()
                await self._wait_for_retry(work, error, delay)
                continue
            await permit.succeed()
            if event is not sending.event:
                output = await self._clearance.tell_template(work, event, output)
            await self._sent.note(work, output.provider_result, sending.channel.provider_name)
            return build_success(work, output), output

    async def _take_turn(self, sending: Sending) -> None:
        """Wait for the rate limit; a delivery that has to wait counts as queued."""
        limit = sending.work.binding.rate_limit or sending.work.binding.capabilities.rate_limit
        if limit is None:
            return
        limiter = self._limiters.limiter(sending.channel.channel_id, limit)
        if await limiter.try_acquire():
            return
        self._lanes.hold(sending.work)
        try:
            await limiter.acquire()
        finally:
            self._lanes.release(sending.work)

    async def _mark_begun(self, sending: Sending) -> None:
        """Write down that sending begins, where a second try could be a second message.

        Also where another process may have died of it already: so that it is not begun for ever.

        Raises:
            LostRow: If another process has taken the delivery over meanwhile.
        """
        if not sending.may_repeat or sending.work.broadcast is None:
            await self._outbox.begin(sending.work)

    async def _wait_for_retry(self, work: Work, error: Exception, delay: float) -> None:
        problem = build_problem(error)
        # In seconds: this process's clock is not the one that the database compares with.
        waiting = [
            finish.model_copy(update={"due_in_s": delay})
            for finish in work.finish(DeliveryState.WAITING, error=problem)
        ]
        self._lanes.hold(work)
        try:
            await self._outbox.note(work, tuple(waiting))
            await self._conclusions.check(work)
            await self._parts.clock.sleep(delay)
        finally:
            self._lanes.release(work)
