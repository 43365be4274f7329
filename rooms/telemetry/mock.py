"""Telemetry that tests can look into."""

from dataclasses import dataclass, field

from rooms.telemetry.base import TelemetryProvider, current_span_id
from rooms.telemetry.span import Attributes, Span, SpanKind
from rooms.telemetry.traceparent import TraceParent, parse_traceparent


@dataclass(frozen=True)
class Metric:
    """One measurement."""

    name: str
    value: float
    unit: str = ""
    attributes: Attributes = field(default_factory=dict)


class MockTelemetryProvider(TelemetryProvider):
    """Keeps every span and metric in memory.

    A `traceparent` is made of ids: that of the trace is the id of its first span, that of the span
    the second half of its own. Given as a parent, it is kept as it is unless it names a span
    recorded here.
    """

    def __init__(self) -> None:
        self._ended: list[Span] = []
        self._running: dict[str, Span] = {}
        self._metrics: list[Metric] = []
        self._traceparents: dict[str, TraceParent] = {}

    @property
    def name(self) -> str:
        """The provider's name."""
        return "mock"

    @property
    def spans(self) -> list[Span]:
        """The ended spans in the order they ended."""
        return list(self._ended)

    @property
    def metrics(self) -> list[Metric]:
        """The measurements in the order they were made."""
        return list(self._metrics)

    def get_spans(self, kind: SpanKind) -> list[Span]:
        """Return the ended spans of one kind."""
        return [span for span in self._ended if span.kind is kind]

    def get_active_spans(self) -> list[Span]:
        """Return the spans that have not ended, in the order they began."""
        return list(self._running.values())

    def start_span(  # noqa: PLR0913 - the published signature
        self,
        kind: SpanKind,
        name: str,
        *,
        parent_id: str | None = None,
        attributes: Attributes | None = None,
        room_id: str | None = None,
        session_id: str | None = None,
        channel_id: str | None = None,
    ) -> str:
        """Begin a span and return its id."""
        parent = self._traceparents.get(parent_id or "") or parse_traceparent(parent_id)
        span = Span(
            kind=kind,
            name=name,
            parent_id=self._id_of(parent) or (str(parent) if parent else None),
            attributes=dict(attributes or {}),
            room_id=room_id,
            session_id=session_id,
            channel_id=channel_id,
        )
        self._running[span.id] = span
        self._traceparents[span.id] = TraceParent(
            parent.trace_id if parent else span.id, span.id[16:]
        )
        return span.id

    def end_span(
        self,
        span_id: str,
        *,
        status: str = "ok",
        error_message: str | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """End a span; an unknown id is ignored."""
        span = self._running.pop(span_id, None)
        if span is not None:
            span.finish(status=status, error_message=error_message, attributes=attributes)
            self._ended.append(span)

    def set_attribute(self, span_id: str, key: str, value: object) -> None:
        """Add a fact to a running span."""
        if span_id in self._running:
            self._running[span_id].attributes[key] = value

    def record_metric(
        self,
        name: str,
        value: float,
        *,
        unit: str = "",
        attributes: Attributes | None = None,
    ) -> None:
        """Keep one measurement."""
        self._metrics.append(Metric(name, value, unit, dict(attributes or {})))

    def traceparent(self, span_id: str | None = None) -> str | None:
        """Return the trace context of a span, also of one that has ended."""
        found = self._traceparents.get(span_id or current_span_id() or "")
        return str(found) if found else None

    def _id_of(self, wanted: TraceParent | None) -> str | None:
        return next((id_ for id_, known in self._traceparents.items() if known == wanted), None)

    def reset(self) -> None:
        """Forget every span and metric."""
        self._traceparents.clear()
        self._ended.clear()
        self._running.clear()
        self._metrics.clear()
