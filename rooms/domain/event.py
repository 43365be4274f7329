"""One row of a room's timeline (RFC §5.2)."""

from datetime import datetime

from pydantic import ConfigDict, Field

from rooms.domain.content import EventContent
from rooms.domain.enums import AnyChannelType, ChannelDirection, EventStatus, EventType
from rooms.domain.frozen import Frozen, new_id, utc_now
from rooms.domain.json import JsonObject

SYSTEM_CHANNEL_ID = "system"


class EventSource(Frozen):
    """Where an event came from; `raw_payload` equals the provider's input."""

    channel_id: str
    channel_type: AnyChannelType
    direction: ChannelDirection = ChannelDirection.INBOUND
    participant_id: str | None = None
    external_id: str | None = None
    provider: str | None = None
    raw_payload: JsonObject = Field(default_factory=dict)
    provider_message_id: str | None = None


class ChannelData(Frozen):
    """Facts of one event that only its channel understands; unknown keys are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    provider: str | None = None
    external_id: str | None = None
    thread_id: str | None = None
    extra: JsonObject = Field(default_factory=dict)


class RoomEvent(Frozen):
    """A committed or coming event.

    `addressed_to` tells three things apart: None (nobody named), `[]` (nobody is asked) and a list
    of intelligence channel ids. `index` is authoritative once committed. `parent_event_id` is the
    event being answered, `thread_root_id` the root of its flat thread.
    """

    id: str = Field(default_factory=new_id)
    room_id: str
    type: EventType = EventType.MESSAGE
    source: EventSource
    content: EventContent
    status: EventStatus = EventStatus.PENDING
    blocked_by: str | None = None
    visibility: str = "all"
    response_visibility: str | None = None
    addressed_to: list[str] | None = None
    index: int = Field(default=0, ge=0)
    chain_depth: int = Field(default=0, ge=0)
    parent_event_id: str | None = None
    thread_root_id: str | None = None
    correlation_id: str | None = None
    idempotency_key: str | None = None
    created_at: datetime = Field(default_factory=utc_now)
    metadata: JsonObject = Field(default_factory=dict)
    channel_data: ChannelData = ChannelData()
    delivery_results: JsonObject = Field(default_factory=dict)
