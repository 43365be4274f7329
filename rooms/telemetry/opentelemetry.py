"""Spans and metrics through OpenTelemetry; needs the extra `otel`.

Name it in the `TELEMETRY` setting. Where spans go is OpenTelemetry's own business: the site sets
a tracer and a meter provider, or `opentelemetry-instrument` makes them from the `OTEL_*` variables.
Where neither does, nothing is recorded.
"""

import json
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from typing import Protocol, runtime_checkable

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from rooms.telemetry.attributes import PII_PREFIX, Attr
from rooms.telemetry.base import TelemetryProvider, current_span_id
from rooms.telemetry.span import Attributes, SpanKind
from rooms.telemetry.traceparent import TraceParent, parse_traceparent

SCOPE = "roomkit"
FLUSH_TIMEOUT_MS = 5_000

# Which way the work crosses the process's border; what is not here stays inside.
_DIRECTIONS = {
    SpanKind.INBOUND_PIPELINE: trace.SpanKind.CONSUMER,
    SpanKind.DELIVERY: trace.SpanKind.PRODUCER,
    SpanKind.LLM_GENERATE: trace.SpanKind.CLIENT,
    SpanKind.STT_TRANSCRIBE: trace.SpanKind.CLIENT,
    SpanKind.STT_STREAM: trace.SpanKind.CLIENT,
    SpanKind.TTS_SYNTHESIZE: trace.SpanKind.CLIENT,
    SpanKind.BACKEND_CONNECT: trace.SpanKind.CLIENT,
}
# As attributes of a metric each of them would make a time series per room or message.
_IDS = {
    Attr.ROOM_ID,
    Attr.EVENT_ID,
    Attr.DELIVERY_ID,
    Attr.SESSION_ID,
    Attr.PARTICIPANT_ID,
}
_W3C = TraceContextTextMapPropagator()


@runtime_checkable
class _Flushing(Protocol):
    """What the SDK's providers can do and the API does not promise."""

    def force_flush(self, timeout_millis: int = ...) -> bool:
        """Send what is buffered."""


class OpenTelemetryProvider(TelemetryProvider):
    """Hands spans and metrics to OpenTelemetry. Threads and event loops may share one.

    A span's id is its `traceparent`, so that a parent is found whether it still runs, has ended,
    or ran in another process. A span without a parent hangs on OpenTelemetry's current span, such
    as that of the HTTP request.

    Args:
        tracer_provider: Makes the spans; None means the global one.
        meter_provider: Makes the instruments; None means the global one.
        personal_data: Also hand on `pii.*` attributes and the messages of errors, which may quote
            what people wrote.
    """

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        personal_data: bool = False,
    ) -> None:
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider
        self._personal_data = personal_data
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        self._meter = metrics.get_meter(SCOPE, meter_provider=meter_provider)
        self._running: dict[str, trace.Span] = {}
        self._histograms: dict[str, metrics.Histogram] = {}
        self._making = Lock()

    @property
    def name(self) -> str:
        """The provider's name."""
        return "opentelemetry"

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
        """Begin a span and return its `traceparent`; '' where OpenTelemetry is not set up."""
        facts = {
            Attr.KIND: kind,
            Attr.ROOM_ID: room_id,
            Attr.SESSION_ID: session_id,
            Attr.CHANNEL_ID: channel_id,
            **(attributes or {}),
        }
        span = self._tracer.start_span(
            name,
            context=self._below(parent_id),
            kind=_DIRECTIONS.get(kind, trace.SpanKind.INTERNAL),
            attributes=self._sayable(facts),
        )
        span_id = _traceparent_of(span)
        if span_id:
            self._running[span_id] = span
        return span_id

    def end_span(
        self,
        span_id: str,
        *,
        status: str = "ok",
        error_message: str | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """End a span. Success leaves its status unset, as OpenTelemetry asks of libraries."""
        span = self._running.pop(span_id, None)
        if span is None:
            return
        span.set_attributes(self._sayable(attributes or {}))
        if status == "error":
            self._note_error(span, attributes or {}, error_message)
        elif status != "ok":
            span.set_attribute(Attr.STATUS.value, status)
        span.end()

    def set_attribute(self, span_id: str, key: str, value: object) -> None:
        """Add a fact to a running span."""
        span = self._running.get(span_id)
        if span is not None:
            span.set_attributes(self._sayable({key: value}))

    def record_metric(
        self,
        name: str,
        value: float,
        *,
        unit: str = "",
        attributes: Attributes | None = None,
    ) -> None:
        """Add one measurement to the histogram of that name; ids of rooms and messages stay out."""
        facts = {key: fact for key, fact in (attributes or {}).items() if key not in _IDS}
        self._histogram(name, unit).record(value, self._sayable(facts))

    def traceparent(self, span_id: str | None = None) -> str | None:
        """Return the trace context of a span, or of OpenTelemetry's current one."""
        span_id = span_id or current_span_id()
        if parse_traceparent(span_id):
            return span_id
        return _traceparent_of(trace.get_current_span()) or None

    def activate(self, span_id: str) -> AbstractContextManager[None]:
        """Make a running span OpenTelemetry's current one inside a block."""
        span = self._running.get(span_id)
        return nullcontext() if span is None else _current(span)

    def get_span_context(self, span_id: str) -> trace.SpanContext | None:
        """Return OpenTelemetry's context of a running span, else None."""
        span = self._running.get(span_id)
        return None if span is None else span.get_span_context()

    def flush(self) -> None:
        """Send what is buffered; wait at most 5 seconds for spans and as long for metrics."""
        tracers = self._tracer_provider or trace.get_tracer_provider()
        meters = self._meter_provider or metrics.get_meter_provider()
        for provider in (tracers, meters):
            if isinstance(provider, _Flushing):
                provider.force_flush(FLUSH_TIMEOUT_MS)

    def close(self) -> None:
        """Forget the spans that were never ended; OpenTelemetry's providers are the site's."""
        self.reset()

    def reset(self) -> None:
        """Forget the spans that are running."""
        self._running.clear()

    def _below(self, parent_id: str | None) -> Context | None:
        """Return the context of a parent; None, the current one, where it is not to be had."""
        parent = self._running.get(parent_id or "")
        if parent is not None:
            return trace.set_span_in_context(parent)
        if parse_traceparent(parent_id) is None:
            return None
        return _W3C.extract({"traceparent": parent_id})

    def _histogram(self, name: str, unit: str) -> metrics.Histogram:
        with self._making:
            if name not in self._histograms:
                self._histograms[name] = self._meter.create_histogram(name, unit)
            return self._histograms[name]

    def _note_error(self, span: trace.Span, facts: Attributes, message: str | None) -> None:
        """Tell what kind of error it was; its message may quote what people wrote."""
        said = message if self._personal_data else None
        kind = facts.get(Attr.ERROR_TYPE) or facts.get(Attr.DELIVERY_ERROR)
        span.set_status(trace.StatusCode.ERROR, said or kind)
        if kind:
            told = {"exception.type": kind, "exception.message": said}
            span.add_event("exception", self._sayable(told))

    def _sayable(self, facts: Attributes) -> dict[str, str | bool | int | float]:
        """Return facts as OpenTelemetry takes them: no None, no nesting, no personal data."""
        return {
            str(key): _plain(fact)
            for key, fact in facts.items()
            if fact is not None and (self._personal_data or not key.startswith(PII_PREFIX))
        }


def _plain(fact: object) -> str | bool | int | float:
    if isinstance(fact, str):
        return str(fact)  # of an enum's member, the text
    if isinstance(fact, bool | int | float):
        return fact
    return json.dumps(fact, default=str, ensure_ascii=False)


def _traceparent_of(span: trace.Span) -> str:
    """Return a span's trace context, or '' where nothing makes spans."""
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return str(
        TraceParent(
            trace.format_trace_id(context.trace_id),
            trace.format_span_id(context.span_id),
            context.trace_flags.sampled,
        )
    )


@contextmanager
def _current(span: trace.Span) -> Generator[None]:
    # How the span ends is told by `end_span`, which leaves out what errors quote.
    with trace.use_span(span, record_exception=False, set_status_on_exception=False):
        yield
