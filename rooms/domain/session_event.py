"""The start of a conversation on a channel."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rooms.domain.frozen import utc_now


@dataclass(frozen=True)
class SessionStartedEvent:
    """Payload of ON_SESSION_STARTED; `session` is set by voice channels."""

    room_id: str
    channel_id: str
    channel_type: str
    participant_id: str
    session: Any | None = None
    timestamp: datetime = field(default_factory=utc_now)
