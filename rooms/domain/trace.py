"""What a channel said on its wire (RFC §15.5)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject


@dataclass(frozen=True)
class ProtocolTrace:
    """One protocol message; `raw` is the wire text or bytes when it may be kept."""

    channel_id: str
    direction: Literal["inbound", "outbound"]
    protocol: str
    summary: str
    raw: bytes | str | None = None
    metadata: JsonObject = field(default_factory=dict)
    session_id: str | None = None
    room_id: str | None = None
    timestamp: datetime = field(default_factory=utc_now)
