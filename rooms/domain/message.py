"""What comes in and what `process_inbound` answers (RFC §5.10, §5.11)."""

from datetime import datetime
from typing import Any

from pydantic import Field

from rooms.domain.content import EventContent, Words
from rooms.domain.delivery import DeliveryResult
from rooms.domain.enums import AnyChannelType, EventType
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject
from rooms.domain.standing import ConsentWord


class InboundMessage(Frozen):
    """One message as a channel received it; `sender_id` is the authenticated sender or address.

    `consent_word` says that the vendor itself has obeyed the message as such a word, and answered.
    """

    channel_id: str
    sender_id: Words
    content: EventContent
    channel_type: AnyChannelType | None = None
    event_type: EventType = EventType.MESSAGE
    raw_payload: JsonObject = Field(default_factory=dict)
    provider_message_id: Words | None = None
    external_id: Words | None = None
    timestamp: datetime | None = None
    idempotency_key: Words | None = None
    room_id: str | None = None
    thread_id: Words | None = None
    parent_event_id: str | None = None
    visibility: str = "all"
    addressed_to: list[str] | None = None
    response_visibility: str | None = None
    session: Any | None = None
    consent_word: ConsentWord | None = None
    metadata: JsonObject = Field(default_factory=dict)


class InboundResult(Frozen):
    """What became of an inbound message.

    `event` is the stored event (also when it was stored BLOCKED), `delivery_results` the first
    attempts of that event by channel id, `error` the first failure of an intelligence channel.
    """

    event: RoomEvent | None = None
    blocked: bool = False
    reason: str | None = None
    delivery_results: dict[str, DeliveryResult] = {}
    error: Exception | None = None
