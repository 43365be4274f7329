"""A provider seen through a configuration: sampling, kinds, added attributes."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from rooms.domain.frozen import new_id
from rooms.telemetry.attributes import Attr
from rooms.telemetry.base import TelemetryProvider, current_span_id
from rooms.telemetry.config import TelemetryConfig
from rooms.telemetry.noop import NoopTelemetryProvider
from rooms.telemetry.span import Attributes, SpanKind
from rooms.telemetry.traceparent import TraceParent, parse_traceparent


def build_telemetry(given: TelemetryConfig | TelemetryProvider | None) -> TelemetryProvider:
    """Return the provider to use for what a kit was given; nothing given records nothing."""
    if isinstance(given, TelemetryProvider):
        return given
    if given is None or given.provider is None:
        return NoopTelemetryProvider()
    return FilteredTelemetryProvider(given.provider, given)


class FilteredTelemetryProvider(TelemetryProvider):
    """Hands on what a configuration lets through.

    Args:
        provider: Where it goes.
        config: What goes there; its own `provider` is not looked at.
        draw: Returns a number from 0.0 up to 1.0 for each trace; below the sample rate it is kept.
    """

    def __init__(
        self,
        provider: TelemetryProvider,
        config: TelemetryConfig,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._provider = provider
        self._config = config
        self._draw = draw
        self._parent_of_skipped: dict[str, str | None] = {}

    @property
    def name(self) -> str:
        """The name of the provider behind it."""
        return self._provider.name

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
        """Begin a span if it is kept; the id of one that is not means nothing to the provider."""
        parent_id = self._parent_of_skipped.get(parent_id or "", parent_id)
        if parent_id is None and self._draw() >= self._config.sample_rate:
            parent_id = _not_sampled()
        if _is_left_out(parent_id) or not self._keeps(kind, attributes or {}):
            span_id = new_id()
            self._parent_of_skipped[span_id] = parent_id
            return span_id
        return self._provider.start_span(
            kind,
            name,
            parent_id=parent_id,
            attributes={**self._config.metadata, **(attributes or {})},
            room_id=room_id,
            session_id=session_id,
            channel_id=channel_id,
        )

    def end_span(
        self,
        span_id: str,
        *,
        status: str = "ok",
        error_message: str | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """End a span."""
        if span_id in self._parent_of_skipped:
            del self._parent_of_skipped[span_id]
            return
        self._provider.end_span(
            span_id, status=status, error_message=error_message, attributes=attributes
        )

    def set_attribute(self, span_id: str, key: str, value: object) -> None:
        """Add a fact to a running span that is kept."""
        if span_id not in self._parent_of_skipped:
            self._provider.set_attribute(span_id, key, value)

    def record_metric(
        self,
        name: str,
        value: float,
        *,
        unit: str = "",
        attributes: Attributes | None = None,
    ) -> None:
        """Record one measurement; metrics are not sampled."""
        everything = {**self._config.metadata, **(attributes or {})}
        self._provider.record_metric(name, value, unit=unit, attributes=everything)

    def traceparent(self, span_id: str | None = None) -> str | None:
        """Return the trace context of a span; other processes leave out the same traces.

        Of a left-out span it is that of the nearest one above it that is kept.
        """
        span_id = span_id or current_span_id()
        if span_id not in self._parent_of_skipped:
            return self._provider.traceparent(span_id)
        parent_id = self._parent_of_skipped[span_id]
        if parent_id is None or _is_left_out(parent_id):
            return parent_id
        return self._provider.traceparent(parent_id)

    def activate(self, span_id: str) -> AbstractContextManager[None]:
        """Make a span that is kept the tracing library's current one; others are unknown to it."""
        return self._provider.activate(span_id)

    def get_span_context(self, span_id: str) -> Any:
        """Return the provider's context of a span that is kept, else None."""
        if span_id in self._parent_of_skipped:
            return None
        return self._provider.get_span_context(span_id)

    def flush(self) -> None:
        """Send what the provider has buffered."""
        self._provider.flush()

    def close(self) -> None:
        """Close the provider."""
        self._parent_of_skipped.clear()
        self._provider.close()

    def reset(self) -> None:
        """Forget everything recorded so far."""
        self._parent_of_skipped.clear()
        self._provider.reset()

    def _keeps(self, kind: SpanKind, attributes: Attributes) -> bool:
        enabled = self._config.enabled_spans
        trigger = attributes.get(Attr.HOOK_TRIGGER)
        return (enabled is None or kind in enabled) and (
            trigger not in self._config.suppressed_hook_triggers
        )


def _not_sampled() -> str:
    """Return the parent of everything below a trace that is not kept."""
    trace_id = new_id()
    return str(TraceParent(trace_id, trace_id[16:], sampled=False))


def _is_left_out(parent_id: str | None) -> bool:
    parent = parse_traceparent(parent_id)
    return parent is not None and not parent.sampled
