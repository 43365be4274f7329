"""A span: one piece of work, when it began and how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from rooms.domain.frozen import new_id, utc_now
from rooms.domain.json import JsonObject

Attributes: TypeAlias = JsonObject
"""Facts by name (see `Attr`); values of any type a tracing library takes."""


class SpanKind(StrEnum):
    """What kind of work a span covers."""

    PIPELINE_INBOUND = "pipeline.inbound"
    PIPELINE_OUTBOUND = "pipeline.outbound"
    STT_TRANSCRIBE = "stt.transcribe"
    STT_STREAM = "stt.stream"
    TTS_SYNTHESIZE = "tts.synthesize"
    LLM_GENERATE = "llm.generate"
    LLM_TOOL_CALL = "llm.tool_call"
    REALTIME_SESSION = "realtime.session"
    REALTIME_TURN = "realtime.turn"
    REALTIME_TOOL_CALL = "realtime.tool_call"
    HOOK_SYNC = "hook.sync"
    HOOK_ASYNC = "hook.async"
    INBOUND_PIPELINE = "framework.inbound"
    BROADCAST = "framework.broadcast"
    DELIVERY = "framework.delivery"
    VOICE_SESSION = "voice.session"
    PIPELINE_SPEECH_SEGMENT = "pipeline.speech_segment"
    STORE_QUERY = "store.query"
    BACKEND_CONNECT = "backend.connect"
    CUSTOM = "custom"


@dataclass
class Span:
    """One piece of work; `status` is `ok`, `error` or `cancelled`."""

    id: str = field(default_factory=new_id)
    kind: SpanKind = SpanKind.CUSTOM
    name: str = ""
    parent_id: str | None = None
    attributes: Attributes = field(default_factory=dict)
    start_time: datetime = field(default_factory=utc_now)
    end_time: datetime | None = None
    status: str = "ok"
    error_message: str | None = None
    room_id: str | None = None
    session_id: str | None = None
    channel_id: str | None = None

    @property
    def duration_ms(self) -> float | None:
        """How long the work took in milliseconds, or None while it goes on."""
        if self.end_time is None:
            return None
        return (self.end_time - self.start_time).total_seconds() * 1000.0

    def finish(
        self, *, status: str, error_message: str | None, attributes: Attributes | None
    ) -> None:
        """End the span now."""
        self.end_time = utc_now()
        self.status = status
        self.error_message = error_message
        self.attributes.update(attributes or {})
