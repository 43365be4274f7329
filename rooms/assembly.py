"""Puts the pipeline together: each part is complete when it is made."""

from collections.abc import Collection
from dataclasses import dataclass, field

from hooks.engine import HookEngine
from hooks.outcomes import FailureKind, HookFailure
from hooks.reporting import OutcomeListener
from rooms.domain.breaker import BreakerEdge
from rooms.domain.contact_rules import ContactRules
from rooms.domain.context import RoomContext
from rooms.domain.frozen import new_id
from rooms.domain.job import DeliveryKind
from rooms.framework_events import FrameworkEvents
from rooms.identity.base import IdentityResolver
from rooms.locks.base import RoomLockManager
from rooms.locks.memory import InMemoryLockManager
from rooms.media.choice import choose_media
from rooms.pipeline.answers import Answers
from rooms.pipeline.attaching import Attaching
from rooms.pipeline.changes import Changes
from rooms.pipeline.conclusions import Conclusions
from rooms.pipeline.direct import Direct
from rooms.pipeline.dispatch import Dispatch
from rooms.pipeline.fallbacks import Fallbacks
from rooms.pipeline.handover import HandOver
from rooms.pipeline.history import RecentEvents
from rooms.pipeline.identity import Identification
from rooms.pipeline.inbound import Inbound
from rooms.pipeline.injections import Injections
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.moves import AddressMoves
from rooms.pipeline.openings import Openings
from rooms.pipeline.parts import Parts, PipelineLimits
from rooms.pipeline.passage import Passage
from rooms.pipeline.quiet_hours import Morning
from rooms.pipeline.records import Records
from rooms.pipeline.resuming import Resuming
from rooms.pipeline.routing import DefaultInboundRoomRouter, InboundRoomRouter
from rooms.pipeline.runners import build_lanes, build_runners
from rooms.pipeline.schedules import Schedules
from rooms.pipeline.strategies import Strategies
from rooms.pipeline.traces import Traces
from rooms.pipeline.transcode import DefaultTranscoder, Transcoder
from rooms.pipeline.work import Runner
from rooms.ports import SharedState
from rooms.realtime import Bus, BusRealtime, InMemoryRealtime, LocalBus, RealtimeBackend
from rooms.registry import ChannelRegistry
from rooms.resilience.circuit_breaker import ChannelCircuitBreakers
from rooms.resilience.clock import Clock, SystemClock
from rooms.shared.local import LocalSharedState
from rooms.stores.base import ConversationStore
from rooms.telemetry import TelemetryProvider


@dataclass(frozen=True)
class Sharing:
    """What a process has in common with others; by default it is alone.

    Attributes:
        dispatch: Who does the work that a commit leaves.
        bus: Reaches the sockets of all processes; None reaches those of this one.
        state: Breakers, limits and presence of all processes; None keeps this one's own.
        node: Names this process in leases; None takes a new name.
    """

    dispatch: Dispatch = field(default_factory=Dispatch)
    bus: Bus | None = None
    state: SharedState | None = None
    node: str | None = None


@dataclass(frozen=True)
class Pipeline:
    """The assembled parts that verbs, worker and health pages use."""

    inbound: Inbound
    direct: Direct
    openings: Openings
    attaching: Attaching
    records: Records
    changes: Changes
    moves: AddressMoves
    router: InboundRoomRouter
    traces: Traces
    lanes: Lanes
    leases: LeaseKeeper
    resuming: Resuming
    injections: Injections
    fallbacks: Fallbacks
    schedules: Schedules
    breakers: ChannelCircuitBreakers
    parts: Parts

    async def drain(self, *, timeout: float) -> None:
        """Let all work of this process end, also what has not begun, at most `timeout` seconds.

        What is cut off stays in the outbox.
        """
        await self.parts.tasks.close(timeout=timeout)

    async def stop(self, *, timeout: float) -> None:
        """Begin nothing new and let what has begun end, at most `timeout` seconds.

        What was not begun, and then what is cut off, is given back at once, so that other processes
        need not wait until its leases have run out.
        """
        self.lanes.stop()
        await self.parts.tasks.close(timeout=timeout)
        await self.leases.give_back()


def build_parts(  # noqa: PLR0913 - one argument a collaborator
    store: ConversationStore,
    *,
    limits: PipelineLimits,
    locks: RoomLockManager | None,
    realtime: RealtimeBackend | None,
    telemetry: TelemetryProvider,
    transcoder: Transcoder | None,
    clock: Clock | None,
    on_hook_outcome: OutcomeListener | None,
    sharing: Sharing,
    contact: ContactRules,
) -> Parts:
    """Return the shared collaborators, with this process's own where none were given."""
    channels = ChannelRegistry()
    news = FrameworkEvents()
    clock = clock or SystemClock()
    bus = sharing.bus or LocalBus()
    return Parts(
        store=store,
        hooks=HookEngine[RoomContext](on_failure=_HookFailures(news), on_outcome=on_hook_outcome),
        channels=channels,
        locks=locks or InMemoryLockManager(),
        news=news,
        realtime=realtime or (BusRealtime(bus) if bus.is_shared else InMemoryRealtime()),
        telemetry=telemetry,
        transcoder=transcoder or DefaultTranscoder(),
        clock=clock,
        limits=limits,
        recent=RecentEvents(store, channels),
        shared=sharing.state or LocalSharedState(clock),
        bus=bus,
        dispatch=sharing.dispatch,
        node=sharing.node or new_id(),
        media=choose_media(store),
        contact=contact,
    )


def build_pipeline(
    parts: Parts,
    *,
    resolver: IdentityResolver | None,
    identity_channel_types: Collection[str] | None,
    router: InboundRoomRouter | None,
    strategies: Strategies,
) -> Pipeline:
    """Wire the steps. Lanes feed answers back into the passage, so their runners come last."""
    runners: dict[DeliveryKind, Runner] = {}
    router = router or DefaultInboundRoomRouter(parts.store)
    leases = LeaseKeeper(parts.store, parts.tasks, node=parts.node, seconds=parts.limits.lease)
    conclusions = Conclusions(parts)
    lanes, resuming = build_lanes(parts, leases, conclusions, runners)
    passage = Passage(parts, HandOver(parts, lanes, resuming))
    breakers = ChannelCircuitBreakers(parts.shared, clock=parts.clock, on_edge=_BreakerNews(parts))
    morning = Morning(parts, resuming)
    fallbacks = Fallbacks(parts, resuming)
    answers = Answers(parts, passage, lanes)
    runners |= build_runners(
        parts, lanes, conclusions, answers, breakers, morning=morning, fallbacks=fallbacks
    )
    records, traces = Records(parts), Traces(parts)
    attaching = Attaching(parts, records, traces)
    openings = Openings(parts, records, attaching, strategies)
    injections = Injections(parts, lanes, resuming)
    inbound = Inbound(
        parts,
        passage,
        router=router,
        identification=Identification(parts, injections, resolver, identity_channel_types),
        openings=openings,
        attaching=attaching,
        strategies=strategies,
        morning=morning,
    )
    direct = Direct(parts, passage)
    return Pipeline(
        inbound=inbound,
        direct=direct,
        openings=openings,
        attaching=attaching,
        records=records,
        changes=Changes(parts, records, resuming),
        moves=AddressMoves(parts, records),
        router=router,
        traces=traces,
        lanes=lanes,
        leases=leases,
        resuming=resuming,
        injections=injections,
        fallbacks=fallbacks,
        schedules=Schedules(parts, direct),
        breakers=breakers,
        parts=parts,
    )


class _HookFailures:
    """Turns a hook's failure into `hook_timeout` or `hook_error`."""

    def __init__(self, news: FrameworkEvents) -> None:
        self._news = news

    async def __call__(self, room_id: str, failure: HookFailure) -> None:
        facts = {"hook_name": failure.hook_name, "trigger": failure.trigger.value}
        if failure.kind is FailureKind.TIMEOUT:
            await self._news.emit("hook_timeout", room_id=room_id, timeout=failure.timeout, **facts)
        else:
            await self._news.emit("hook_error", room_id=room_id, error=failure.reason, **facts)


class _BreakerNews:
    """Turns a breaker's edge into a framework event."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def __call__(self, channel_id: str, edge: BreakerEdge) -> None:
        self._parts.tasks.spawn(self._parts.news.emit(edge.value, channel_id=channel_id))
