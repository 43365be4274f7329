"""Spans and metrics of a turn (RFC §15), also by OpenTelemetry's names for models (1.37)."""

from collections.abc import Generator
from contextlib import contextmanager

from channels_app.ai.turn.assignment import Assignment
from channels_app.providers.base.ai import AIProvider, AIToolCall
from rooms.domain.json import JsonObject
from rooms.telemetry import Attr, SpanKind, TelemetryProvider

TTFB_METRIC = "roomkit.llm.ttfb_ms"

USAGE = {
    "input_tokens": (Attr.LLM_INPUT_TOKENS, "gen_ai.usage.input_tokens"),
    "output_tokens": (Attr.LLM_OUTPUT_TOKENS, "gen_ai.usage.output_tokens"),
    "cache_read_input_tokens": (Attr.LLM_CACHE_READ_INPUT_TOKENS, None),
    "cache_creation_input_tokens": (Attr.LLM_CACHE_CREATION_INPUT_TOKENS, None),
}


class Tracing:
    """Spans of one turn.

    They hang on the span that was current when the turn began: a stream is read elsewhere.
    """

    def __init__(
        self, telemetry: TelemetryProvider, assignment: Assignment, parent_id: str | None
    ) -> None:
        self._telemetry = telemetry
        self._assignment = assignment
        self._parent_id = parent_id

    def start_generation(self, provider: AIProvider, *, streaming: bool) -> str:
        """Begin the span of one call of a model and return its id."""
        return self._telemetry.start_span(
            SpanKind.LLM_GENERATE,
            "llm.generate",
            parent_id=self._parent_id,
            attributes={
                Attr.PROVIDER.value: provider.name,
                Attr.LLM_MODEL.value: provider.model_name,
                Attr.LLM_STREAMING.value: streaming,
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": provider.name,
                "gen_ai.request.model": provider.model_name,
                "gen_ai.conversation.id": self._assignment.room_id,
                "gen_ai.agent.name": self._assignment.channel_id,
            },
            room_id=self._assignment.room_id,
            channel_id=self._assignment.channel_id,
        )

    def end_generation(
        self, span_id: str, *, usage: dict[str, int], tool_calls: int, status: str, reason: str
    ) -> None:
        """End it with what it used; `status` is ok, error or cancelled."""
        facts: JsonObject = {Attr.LLM_TOOL_COUNT.value: tool_calls}
        for key, names in USAGE.items():
            facts |= {str(name): usage[key] for name in names if name and key in usage}
        if reason:
            key = Attr.ERROR_TYPE.value if status == "error" else "gen_ai.response.finish_reasons"
            facts[key] = reason
        self._telemetry.end_span(span_id, status=status, attributes=facts)

    def note_first_byte(self, milliseconds: float, provider: AIProvider) -> None:
        """Record how long a model took until its first word or thought."""
        self._telemetry.record_metric(
            TTFB_METRIC,
            milliseconds,
            unit="ms",
            attributes={
                Attr.PROVIDER.value: provider.name,
                Attr.LLM_MODEL.value: provider.model_name,
            },
        )

    @contextmanager
    def tool_span(self, call: AIToolCall) -> Generator[None, None, None]:
        """Run the block in the span of a tool call."""
        with self._telemetry.span(
            SpanKind.LLM_TOOL_CALL,
            f"tool.{call.name}",
            parent_id=self._parent_id,
            attributes={
                Attr.LLM_TOOL_NAME.value: call.name,
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": call.name,
                "gen_ai.tool.call.id": call.id,
                "gen_ai.conversation.id": self._assignment.room_id,
                "gen_ai.agent.name": self._assignment.channel_id,
            },
            room_id=self._assignment.room_id,
            channel_id=self._assignment.channel_id,
        ):
            yield
