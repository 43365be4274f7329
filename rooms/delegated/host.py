"""What delegated tasks need of the kit."""

from typing import Any, Protocol

from rooms.domain.binding import ChannelBinding
from rooms.domain.content import EventContent
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.pipeline.direct import Direct
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.openings import Openings
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records
from rooms.stores.base import ConversationStore


class TaskPipeline(Protocol):
    """The assembled parts that tasks use."""

    @property
    def parts(self) -> Parts:
        """What the steps of the pipeline share."""

    @property
    def direct(self) -> Direct:
        """Says things in rooms."""

    @property
    def records(self) -> Records:
        """Writes what happens to rooms."""

    @property
    def openings(self) -> Openings:
        """Opens rooms."""

    @property
    def lanes(self) -> Lanes:
        """Where the work of this process is done."""


class Speaks(Protocol):
    """Says what nobody has asked for."""

    async def deliver(
        self,
        room_id: str,
        content: EventContent,
        channel_id: str | None = None,
        strategy: Any = None,
        metadata: JsonObject | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> RoomEvent | None:
        """Say something in a room."""

    async def tell_agent(  # noqa: PLR0913 - as `deliver`
        self,
        room_id: str,
        agent_id: str,
        content: EventContent,
        *,
        asks: bool,
        strategy: Any = None,
        metadata: JsonObject | None = None,
        idempotency_key: str | None = None,
    ) -> RoomEvent | None:
        """Tell one agent something that nobody else reads."""

    async def pass_on(  # noqa: PLR0913 - as `deliver`
        self,
        room_id: str,
        channel_id: str,
        content: EventContent,
        *,
        agent_id: str,
        strategy: Any = None,
        metadata: JsonObject | None = None,
        idempotency_key: str | None = None,
    ) -> RoomEvent | None:
        """Tell people what an agent has brought, unless somebody else answers them."""

    def quiet_moment(self, timeout: float) -> Any:
        """Return the strategy that waits for a quiet moment, at most `timeout` seconds."""


class TaskHost(Protocol):
    """The side of `RoomKit` that delegated tasks see."""

    @property
    def pipeline(self) -> TaskPipeline:
        """The assembled parts."""

    @property
    def proactive(self) -> Speaks:
        """Says what nobody has asked for."""

    @property
    def store(self) -> ConversationStore:
        """Where rooms are kept."""

    async def attach_channel(self, *place: Any, **grant: Any) -> ChannelBinding:
        """Attach a channel to a room."""

    async def queue_room(self, room_id: str, *, reason: str, user_id: str | None = None) -> Room:
        """Let no agent answer in a room any more."""

    async def close_room(self, room_id: str) -> Room:
        """Close a room."""
