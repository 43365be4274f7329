"""Where an agent works: beside a kit, or alone."""

from dataclasses import dataclass, field, replace

from channels_app.ai.backing import store_beside
from channels_app.ai.host import AgentHost
from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.store import AIStore
from hooks.engine import HookEngine
from rooms.domain.context import RoomContext
from rooms.framework_events import FrameworkEvents
from rooms.pipeline.spawning import TaskGroup
from rooms.realtime import InMemoryRealtime, RealtimeBackend
from rooms.resilience.clock import Clock, SystemClock
from rooms.telemetry import NoopTelemetryProvider, TelemetryProvider


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a turn uses of the kit.

    Attributes:
        host: The kit itself; None for an agent that was never registered with one.
        store: Where runs are kept.
    """

    host: AgentHost | None = None
    store: AIStore = field(default_factory=build_memory_store)
    clock: Clock = field(default_factory=SystemClock)
    hooks: HookEngine[RoomContext] = field(default_factory=HookEngine)
    realtime: RealtimeBackend = field(default_factory=InMemoryRealtime)
    telemetry: TelemetryProvider = field(default_factory=NoopTelemetryProvider)
    tasks: TaskGroup = field(default_factory=TaskGroup)
    news: FrameworkEvents = field(default_factory=FrameworkEvents)

    def keeping(self, store: AIStore) -> "Surroundings":
        """Return the same, with runs kept in another store."""
        return self if store is self.store else replace(self, store=store)


def beside(host: AgentHost) -> Surroundings:
    """Return the surroundings of an agent that a kit hosts."""
    return Surroundings(
        host=host,
        store=store_beside(host.store),
        clock=host.clock,
        hooks=host.hook_engine,
        realtime=host.realtime,
        telemetry=host.telemetry,
        tasks=host.tasks,
        news=host.news,
    )
