"""What the parts of the pipeline share: one object, complete when it is made."""

from dataclasses import dataclass, field

from hooks.engine import HookEngine
from rooms.domain.contact_rules import ContactRules
from rooms.domain.context import RoomContext
from rooms.domain.enums import LaneScope
from rooms.domain.frozen import new_id
from rooms.domain.policies import RateLimit
from rooms.domain.room import Room
from rooms.framework_events import FrameworkEvents
from rooms.locks.base import RoomLockManager
from rooms.media.passing import PassingMedia
from rooms.pipeline.dispatch import Dispatch
from rooms.pipeline.history import RecentEvents
from rooms.pipeline.seen import SeenRooms
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.transcode import Transcoder
from rooms.ports import MediaStore, SharedState
from rooms.realtime import RealtimeBackend
from rooms.realtime.bus import Bus
from rooms.registry import ChannelRegistry
from rooms.resilience.clock import Clock
from rooms.stores.base import ConversationStore
from rooms.telemetry import TelemetryProvider


@dataclass(frozen=True)
class PipelineLimits:
    """Bounds of the pipeline; times in seconds.

    Attributes:
        max_chain_depth: Answers at this depth are stored BLOCKED; at least 1.
        answer_grace: How long an answer waits for the other targets of its question.
        lease: How long a process has for a delivery before another may take it.
        lane_scope: What is done one after the other: each channel's deliveries, or each room's.
    """

    max_chain_depth: int = 5
    process_timeout: float = 30.0
    identity_timeout: float = 10.0
    answer_grace: float = 2.0
    lease: float = 15.0
    lane_scope: LaneScope = LaneScope.BINDING
    inbound_rate_limit: RateLimit | None = None

    def __post_init__(self) -> None:
        if not self.max_chain_depth or self.max_chain_depth < 1:
            raise ValueError(
                f"max_chain_depth must be at least 1, got {self.max_chain_depth!r}: "
                "the loop guard cannot be switched off"
            )

    @property
    def max_passes(self) -> int:
        """How many answers one root message may cause before the rest is blocked."""
        return self.max_chain_depth * 10


@dataclass(frozen=True)
class Parts:
    """The collaborators that every step of the pipeline needs.

    Attributes:
        shared: What processes must know of each other: breakers, limits, who is connected.
        bus: Carries what is shown in rooms to the processes that show it.
        contact: When people may be written to.
        node: Names this process in leases.
        media: Keeps the files of rooms.
    """

    store: ConversationStore
    hooks: HookEngine[RoomContext]
    channels: ChannelRegistry
    locks: RoomLockManager
    news: FrameworkEvents
    realtime: RealtimeBackend
    telemetry: TelemetryProvider
    transcoder: Transcoder
    clock: Clock
    limits: PipelineLimits
    recent: RecentEvents
    shared: SharedState
    bus: Bus
    dispatch: Dispatch = field(default_factory=Dispatch)
    seen: SeenRooms = field(default_factory=SeenRooms)
    tasks: TaskGroup = field(default_factory=TaskGroup)
    contact: ContactRules = field(default_factory=ContactRules)
    media: MediaStore = field(default_factory=PassingMedia)
    node: str = field(default_factory=new_id)

    @property
    def job_owner(self) -> str:
        """Whom new deliveries belong to: this process, or whoever takes them ('')."""
        return self.node if self.dispatch.runs_here else ""

    async def close(self, *, timeout: float) -> None:
        """Let running work end, at most `timeout` seconds, then free what the parts hold."""
        await self.tasks.close(timeout=timeout)
        for channel in self.channels.all().values():
            await channel.close()
        if self.dispatch.waker is not None:
            await self.dispatch.waker.close()
        await self.realtime.close()
        await self.bus.close()
        await self.shared.close()
        self.telemetry.close()
        await self.locks.close()
        await self.store.close()

    async def context_of(self, room: Room, context: RoomContext) -> RoomContext:
        """Return `context` with the tail of the room's messages."""
        recent = await self.recent.of(room, context.bindings)
        return context.model_copy(update={"recent_events": recent})
