"""A conversation (RFC §5.1)."""

from datetime import datetime

from pydantic import Field

from rooms.domain.enums import AgentActivation, AgentResponsePolicy, OwnerKind, RoomStatus
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject

LEGAL_MOVES: dict[RoomStatus, frozenset[RoomStatus]] = {
    RoomStatus.ACTIVE: frozenset({RoomStatus.PAUSED, RoomStatus.CLOSED, RoomStatus.ARCHIVED}),
    RoomStatus.PAUSED: frozenset({RoomStatus.ACTIVE, RoomStatus.CLOSED, RoomStatus.ARCHIVED}),
    RoomStatus.CLOSED: frozenset({RoomStatus.ACTIVE, RoomStatus.ARCHIVED}),
    RoomStatus.ARCHIVED: frozenset(),
}


class RoomTimers(Frozen):
    """When silence pauses a room and how long a pause lasts before it closes, in seconds."""

    inactive_after_seconds: int | None = Field(default=None, ge=0)
    closed_after_seconds: int | None = Field(default=None, ge=0)
    last_activity_at: datetime | None = None


class Room(Frozen):
    """One conversation; `latest_index` is −1 while it is empty.

    `event_count` only grows: hard deletes do not lower it. `history_version` grows whenever the
    content of a stored event changes, so that a cached tail can tell that it is stale.
    """

    id: str
    organization_id: str | None = None
    status: RoomStatus = RoomStatus.ACTIVE
    created_at: datetime = Field(default_factory=utc_now)
    updated_at: datetime = Field(default_factory=utc_now)
    paused_at: datetime | None = None
    closed_at: datetime | None = None
    timers: RoomTimers = RoomTimers()
    metadata: JsonObject = {}
    event_count: int = Field(default=0, ge=0)
    latest_index: int = Field(default=-1, ge=-1)
    history_version: int = Field(default=0, ge=0)
    agent_activation: AgentActivation = AgentActivation.ALWAYS
    agent_response_policy: AgentResponsePolicy = AgentResponsePolicy.AGENT_CHAIN
    owner_kind: OwnerKind = OwnerKind.AI
    owner_id: str | None = None
    owner_epoch: int = Field(default=0, ge=0)

    @property
    def accepts_events(self) -> bool:
        """Whether the room may grow."""
        return self.status in (RoomStatus.ACTIVE, RoomStatus.PAUSED)
