"""A message that is to be said later."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from rooms.domain.content import EventContent
from rooms.domain.frozen import Frozen, new_id, utc_now
from rooms.domain.json import JsonObject

KEY_PREFIX = "scheduled:"


class ScheduledState(StrEnum):
    """SCHEDULED waits for its moment; the rest is final."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    CANCELED = "canceled"
    FAILED = "failed"


class ScheduledSend(Frozen):
    """Something that will be said in a room.

    Attributes:
        channel_id: The channel that says it; None says it in the framework's name.
        at: When, in UTC.
        visibility: Who sees it, as of an event.
        event_id: The event that it became.
        error: Why it did not become one, or one that reached nobody.
        created_by: Who asked for it, for people to read.
    """

    id: str = Field(default_factory=new_id)
    room_id: str
    channel_id: str | None = None
    content: EventContent
    at: datetime
    participant_id: str | None = None
    metadata: JsonObject = {}
    visibility: str = "all"
    state: ScheduledState = ScheduledState.SCHEDULED
    event_id: str | None = None
    error: str | None = None
    created_by: str | None = None
    created_at: datetime = Field(default_factory=utc_now)

    @property
    def idempotency_key(self) -> str:
        """The key under which it is said once."""
        return f"{KEY_PREFIX}{self.id}"


def check_moment(at: datetime, *, now: datetime) -> None:
    """Refuse a moment at which nothing can be said any more.

    Raises:
        ValueError: If it is over, or has no time zone.
    """
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone: give one, such as tzinfo=UTC")
    if at <= now:
        raise ValueError(
            f"{at.isoformat()} is over, it is {now.isoformat()}: choose a later moment, or send now"
        )


class ScheduledEnd(Frozen):
    """What became of one whose moment had come."""

    state: ScheduledState
    event_id: str | None = None
    error: str | None = None
