"""What orchestration needs of the kit, beside what agents need."""

from typing import Protocol

from channels_app.ai.host import AgentHost
from hooks.results import TaskStatus
from rooms.channel import Channel
from rooms.domain.content import EventContent
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.locks.base import RoomLockManager
from rooms.pipeline.direct import Direct


class TaskEnd(Protocol):
    """How a delegated task ended."""

    @property
    def status(self) -> TaskStatus:
        """COMPLETED, FAILED or CANCELLED."""

    @property
    def output(self) -> str | None:
        """What the agent said."""

    @property
    def error(self) -> str | None:
        """Why it failed, in words without secrets."""


class PendingTask(Protocol):
    """A task that an agent does in a room of its own."""

    @property
    def was_there(self) -> bool:
        """Whether it had been begun already under its key."""

    @property
    def result(self) -> TaskEnd | None:
        """How it ended, as far as is known here."""

    async def wait(self, timeout: float | None = None) -> TaskEnd:
        """Return how it ends.

        Raises:
            TimeoutError: If it has not ended after `timeout` seconds.
        """

    def cancel(self) -> None:
        """Call it off."""


class Passages(Protocol):
    """The part of the pipeline by which the framework itself speaks."""

    @property
    def direct(self) -> Direct:
        """Stores and broadcasts events."""


class PassesOn(Protocol):
    """Says to people what agents have brought."""

    async def pass_on(
        self, room_id: str, channel_id: str, content: EventContent, *, agent_id: str
    ) -> RoomEvent | None:
        """Say it by one channel, unless somebody else than the AI answers in the room."""


class OrchestrationHost(AgentHost, Protocol):
    """The side of `RoomKit` that orchestration sees."""

    @property
    def lock_manager(self) -> RoomLockManager:
        """What locks rooms."""

    @property
    def pipeline(self) -> Passages:
        """The assembled pipeline."""

    @property
    def proactive(self) -> PassesOn:
        """Says what nobody has asked for."""

    def register_channel(self, channel: Channel, *, organization_id: str | None = None) -> None:
        """Register a channel."""

    def get_channel(self, channel_id: str) -> Channel | None:
        """Return a registered channel or None."""

    async def attach_channel(self, /, room_id: str, channel_id: str) -> object:
        """Attach a registered channel to a room."""

    async def deliver(
        self, room_id: str, content: EventContent, channel_id: str | None = None
    ) -> RoomEvent | None:
        """Say something that nobody has asked for."""

    async def delegate(
        self,
        room_id: str,
        agent_id: str,
        task: str,
        *,
        context: JsonObject | None = None,
        share_channels: list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> PendingTask:
        """Have an agent do a task in a room of its own; under the same key it is the same task."""
