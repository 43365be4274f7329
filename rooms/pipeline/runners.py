"""Puts together the lanes and what does each kind of job in them."""

from rooms.domain.job import DeliveryKind
from rooms.pipeline.answers import Answers
from rooms.pipeline.attempts import Attempts
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.fallbacks import Fallbacks
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.newcomers import Newcomers
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.parts import Parts
from rooms.pipeline.questions import Questions
from rooms.pipeline.quiet_hours import Morning, Night
from rooms.pipeline.reacting import Reactor
from rooms.pipeline.replies import Replies
from rooms.pipeline.reply_timing import ReplyTimings
from rooms.pipeline.resuming import Resuming
from rooms.pipeline.sending import Sender
from rooms.pipeline.stopping import StopReasons
from rooms.pipeline.streamed_turns import StreamedTurns
from rooms.pipeline.taking import Taking
from rooms.pipeline.turns import TurnEnds
from rooms.pipeline.work import Runner
from rooms.resilience.circuit_breaker import ChannelCircuitBreakers
from rooms.resilience.rate_limit import ChannelRateLimiters


def build_lanes(
    parts: Parts,
    leases: LeaseKeeper,
    conclusions: Conclusions,
    runners: dict[DeliveryKind, Runner],
) -> tuple[Lanes, Resuming]:
    """Return the lanes, and what feeds them with rows that this process did not commit."""
    taking = Taking(parts.store, leases, node=parts.node, seconds=parts.limits.lease)
    lanes = Lanes(
        parts.tasks,
        runners,
        leases,
        taking=taking,
        refills=parts.dispatch.is_shared,
        scope=parts.limits.lane_scope,
        clock=parts.clock,
    )
    resuming = Resuming(
        taking, lanes, parts.tasks, conclusions=conclusions, dispatch=parts.dispatch
    )
    return lanes, resuming


def build_runners(  # noqa: PLR0913 - one argument a collaborator
    parts: Parts,
    lanes: Lanes,
    conclusions: Conclusions,
    answers: Answers,
    breakers: ChannelCircuitBreakers,
    *,
    morning: Morning,
    fallbacks: Fallbacks,
) -> dict[DeliveryKind, Runner]:
    """Return what does each kind of delivery job."""
    outbox = Outbox(parts.store, parts.tasks, lanes)
    attempts = Attempts(
        parts,
        lanes=lanes,
        outbox=outbox,
        breakers=breakers,
        limiters=ChannelRateLimiters(parts.shared, clock=parts.clock),
        conclusions=conclusions,
    )
    sender = Sender(
        parts,
        lanes=lanes,
        outbox=outbox,
        answers=answers,
        attempts=attempts,
        conclusions=conclusions,
        night=Night(parts, outbox=outbox, conclusions=conclusions, morning=morning),
        fallbacks=fallbacks,
    )
    reactor = _build_reactor(parts, lanes, outbox, answers, conclusions)
    return {
        DeliveryKind.SEND: sender.send,
        DeliveryKind.INJECT: sender.inject,
        DeliveryKind.REACT: reactor.react,
    }


def _build_reactor(
    parts: Parts, lanes: Lanes, outbox: Outbox, answers: Answers, conclusions: Conclusions
) -> Reactor:
    """Return what asks agents."""
    newcomers = Newcomers(parts, lanes)
    ends = TurnEnds(parts, lanes, outbox, newcomers)
    replies = Replies(parts, answers, ends)
    return Reactor(
        parts,
        replies=replies,
        streams=StreamedTurns(parts, replies, ends),
        ends=ends,
        conclusions=conclusions,
        questions=Questions(parts.store, newcomers),
        timings=ReplyTimings(
            parts, newcomers, lanes=lanes, outbox=outbox, ends=ends, conclusions=conclusions
        ),
        reasons=StopReasons(parts, newcomers),
    )
