"""A person in a room (RFC §5.6)."""

from datetime import datetime

from pydantic import Field

from rooms.domain.enums import IdentificationStatus, ParticipantRole, ParticipantStatus
from rooms.domain.frozen import Frozen, utc_now
from rooms.domain.json import JsonObject


class Participant(Frozen):
    """One person in one room; unique by (room_id, id). `connected_via` starts with the primary."""

    id: str
    room_id: str
    channel_id: str
    display_name: str | None = None
    role: ParticipantRole = ParticipantRole.MEMBER
    status: ParticipantStatus = ParticipantStatus.ACTIVE
    identification: IdentificationStatus = IdentificationStatus.PENDING
    identity_id: str | None = None
    candidates: list[str] | None = None
    connected_via: list[str] = []
    external_id: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    joined_at: datetime = Field(default_factory=utc_now)
    metadata: JsonObject = {}
