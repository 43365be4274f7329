"""What an agent needs of the kit it is registered with."""

from typing import Any, Protocol

from hooks.engine import HookEngine
from rooms.channel import Channel
from rooms.domain.context import RoomContext
from rooms.domain.room import Room
from rooms.framework_events import FrameworkEvents
from rooms.pipeline.spawning import TaskGroup
from rooms.ports import MediaStore
from rooms.realtime import RealtimeBackend
from rooms.resilience.clock import Clock
from rooms.stores.base import ConversationStore
from rooms.telemetry import TelemetryProvider


class AgentHost(Protocol):
    """The side of `RoomKit` that agents see."""

    @property
    def store(self) -> ConversationStore:
        """Where rooms are kept."""

    @property
    def hook_engine(self) -> HookEngine[RoomContext]:
        """What runs the hooks."""

    @property
    def realtime(self) -> RealtimeBackend:
        """What carries ephemeral events."""

    @property
    def telemetry(self) -> TelemetryProvider:
        """Where spans and metrics go."""

    @property
    def media(self) -> MediaStore:
        """Where the files of rooms are kept."""

    @property
    def clock(self) -> Clock:
        """What tells the time."""

    @property
    def tasks(self) -> TaskGroup:
        """What runs in the background and ends with the kit."""

    @property
    def news(self) -> FrameworkEvents:
        """What tells of framework events."""

    @property
    def channels(self) -> dict[str, Channel]:
        """The registered channels by id."""

    async def queue_room(self, room_id: str, *, reason: str, user_id: str | None = None) -> Room:
        """Give a room to whoever is free: no agent answers in it until then."""

    async def reopen_turn(self, room_id: str, event_id: str, channel_id: str) -> bool:
        """Let a parked turn go on; False if it was not parked."""

    async def publish_tool_call(self, *args: Any, **kwargs: Any) -> Any:
        """Show people that tools are at work."""
