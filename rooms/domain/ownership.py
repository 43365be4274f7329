"""Who answers in a room: how that changes, and where no agent is asked at all."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from rooms.domain.frozen import Frozen, utc_now


class OwnerAction(StrEnum):
    """What is done to the owner of a room, as the audit trail names it."""

    TAKEN_OVER = "room_taken_over"
    HANDED_BACK = "room_handed_back"
    QUEUED = "room_queued"
    AI_PAUSED = "ai_paused"
    AI_RESUMED = "ai_resumed"


class BoundaryCode(StrEnum):
    """What the events say that mark the end of one owner's time and the start of the next."""

    TAKEN_OVER = "taken_over"
    HANDED_BACK = "handed_back"
    QUEUED = "queued"
    AI_PAUSED = "ai_paused"
    AI_RESUMED = "ai_resumed"


class AIPause(Frozen):
    """A place in which no agent is asked until somebody lifts the pause.

    Whatever is None means all of them: all organizations, all rooms, all agents. A room as a whole
    is not paused so but by its owner.
    """

    organization_id: str | None = None
    room_id: str | None = None
    channel_id: str | None = None
    by: str | None = None
    created_at: datetime = Field(default_factory=utc_now)
