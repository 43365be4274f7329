"""What a room's socket sends: frames, each encoded once whatever the number of its readers."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels_app.channels.stream_frames import (
    StreamChunk,
    StreamEnd,
    StreamMessage,
    StreamStart,
)
from channels_app.consumers.frames import Refusal
from rooms.conf import get_settings
from rooms.domain.content import EventContent, TextContent
from rooms.domain.enums import AnyChannelType, EventStatus, EventType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject
from rooms.media.links import show_files

PROTOCOL = 1
# What of an event's metadata concerns a reader; the rest is the server's own.
PUBLIC_METADATA = ("edited", "deleted", "interrupted")
# Records of what the machinery did, not of what was said.
INTERNAL_TYPES = frozenset(
    {
        EventType.TOOL_CALL_START,
        EventType.TOOL_CALL_END,
        EventType.TASK_CREATED,
        EventType.TASK_DELEGATED,
        EventType.TASK_COMPLETED,
        EventType.OBSERVATION,
    }
)


@dataclass(frozen=True, slots=True)
class ServerFrame:
    """One encoded frame.

    Attributes:
        index: The event's place in the timeline, on frames that show a stored event.
        event_id: The event that the frame shows, or will once it is stored.
        chunk_of: The stream id, on frames that a later frame of the same stream makes needless.
    """

    text: str
    index: int | None = None
    event_id: str | None = None
    chunk_of: str | None = None


class PublicSource(Frozen):
    """Where an event came from, as far as readers may know."""

    channel_id: str
    channel_type: AnyChannelType
    participant_id: str | None = None

    @classmethod
    def of(cls, source: EventSource) -> "PublicSource":
        """Leave out what only the channel and its provider know."""
        return cls(
            channel_id=source.channel_id,
            channel_type=source.channel_type,
            participant_id=source.participant_id,
        )


class PublicEvent(Frozen):
    """An event as its readers see it."""

    id: str
    index: int
    type: EventType
    status: EventStatus
    source: PublicSource
    content: EventContent
    created_at: datetime
    parent_event_id: str | None = None
    metadata: JsonObject = {}

    @classmethod
    def of(cls, event: RoomEvent) -> "PublicEvent":
        """Keep what a reader may see; a deleted message keeps its place and loses its words."""
        deleted = bool(event.metadata.get("deleted"))
        return cls(
            id=event.id,
            index=event.index,
            type=event.type,
            status=event.status,
            source=PublicSource.of(event.source),
            content=TextContent(body="") if deleted else _shown(event.content),
            created_at=event.created_at,
            parent_event_id=event.parent_event_id,
            metadata={key: event.metadata[key] for key in PUBLIC_METADATA if key in event.metadata},
        )


def _shown(content: EventContent) -> EventContent:
    """Return a content whose files can be fetched, from the page's host without `PUBLIC_URL`."""
    return show_files(content, base=get_settings().PUBLIC_URL or "")


def is_public(event: RoomEvent) -> bool:
    """Tell whether an event is part of the conversation that readers follow."""
    return event.status is not EventStatus.BLOCKED and event.type not in INTERNAL_TYPES


def public_event(event: RoomEvent) -> JsonObject:
    """Return the event as JSON values."""
    return PublicEvent.of(event).model_dump(mode="json")


def build_frame(kind: str, **fields: Any) -> ServerFrame:
    """Build a frame of JSON values."""
    return ServerFrame(_encode({"type": kind, **fields}))


def build_event_frame(event: RoomEvent) -> ServerFrame:
    """Build the frame that shows a stored event."""
    text = _encode({"type": "event", "event": public_event(event)})
    return ServerFrame(text, index=event.index, event_id=event.id)


def build_error_frame(refusal: Refusal) -> ServerFrame:
    """Build the frame that says why something was not done."""
    fields = {"code": refusal.code, "message": refusal.message}
    if refusal.client_id is not None:
        fields["id"] = refusal.client_id
    return build_frame("error", **fields)


def build_stream_frame(message: StreamMessage) -> ServerFrame:
    """Build the frame of an answer in the making."""
    fields = message.model_dump(mode="json", exclude={"source", "event"})
    if isinstance(message, StreamStart):
        fields["source"] = PublicSource.of(message.source).model_dump(mode="json")
    if isinstance(message, StreamEnd):
        fields["event"] = public_event(message.event)
        return ServerFrame(_encode(fields), index=message.event.index, event_id=message.event.id)
    chunk_of = message.stream_id if isinstance(message, StreamChunk) else None
    return ServerFrame(_encode(fields), event_id=message.event_id, chunk_of=chunk_of)


def _encode(fields: JsonObject) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
