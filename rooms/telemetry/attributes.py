"""The names under which spans, metrics and log records carry their facts."""

from enum import StrEnum


class Attr(StrEnum):
    """Attribute names; a member is the text itself. `_MS` values are milliseconds.

    Ids, never contents: whoever must record personal data uses a key that starts with `pii.`.
    """

    KIND = "roomkit.kind"
    ROOM_ID = "room_id"
    EVENT_ID = "event_id"
    DELIVERY_ID = "delivery_id"
    CHANNEL_ID = "channel_id"
    CHANNEL_TYPE = "channel_type"
    SESSION_ID = "session_id"
    PARTICIPANT_ID = "participant_id"
    PROVIDER = "provider"
    CHAIN_DEPTH = "chain_depth"
    EVENT_TYPE = "event_type"
    EVENT_INDEX = "event_index"
    STATUS = "status"
    REASON = "reason"
    ERROR_TYPE = "error.type"
    LATENCY_MS = "latency_ms"

    HOOK_NAME = "hook.name"
    HOOK_TRIGGER = "hook.trigger"
    HOOK_ACTION = "hook.action"

    DELIVERY_ATTEMPT = "delivery.attempt"
    DELIVERY_ERROR = "delivery.error"
    TARGET_COUNT = "broadcast.target_count"

    LLM_MODEL = "llm.model"
    LLM_STREAMING = "llm.streaming"
    LLM_TOOL_COUNT = "llm.tool_count"
    LLM_TOOL_NAME = "llm.tool_name"
    LLM_INPUT_TOKENS = "llm.input_tokens"
    LLM_OUTPUT_TOKENS = "llm.output_tokens"
    LLM_CACHE_READ_INPUT_TOKENS = "llm.cache_read_input_tokens"
    LLM_CACHE_CREATION_INPUT_TOKENS = "llm.cache_creation_input_tokens"
    LLM_TTFB_MS = "llm.ttfb_ms"

    STT_TTFB_MS = "stt.ttfb_ms"
    STT_DURATION_MS = "stt.duration_ms"
    TTS_TTFB_MS = "tts.ttfb_ms"
    TTS_DURATION_MS = "tts.duration_ms"


PII_PREFIX = "pii."
"""Attributes with this prefix may hold personal data and are never printed."""
