"""News for the host application; never part of a timeline (RFC §15)."""

from datetime import datetime

from pydantic import Field

from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject


class FrameworkEvent(Frozen):
    """Something the framework did, such as `room_created` or `delivery_failed`."""

    type: str
    room_id: str | None = None
    channel_id: str | None = None
    event_id: str | None = None
    timestamp: datetime = Field(default_factory=utc_now)
    data: JsonObject = {}
