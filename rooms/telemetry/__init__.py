"""Spans and metrics of what the framework does; the default provider keeps none."""

from rooms.telemetry.attributes import Attr
from rooms.telemetry.base import TelemetryProvider, current_span_id
from rooms.telemetry.config import TelemetryConfig
from rooms.telemetry.console import ConsoleTelemetryProvider
from rooms.telemetry.filtered import FilteredTelemetryProvider, build_telemetry
from rooms.telemetry.mock import Metric, MockTelemetryProvider
from rooms.telemetry.noop import NoopTelemetryProvider
from rooms.telemetry.span import Span, SpanKind

__all__ = [
    "Attr",
    "ConsoleTelemetryProvider",
    "FilteredTelemetryProvider",
    "Metric",
    "MockTelemetryProvider",
    "NoopTelemetryProvider",
    "Span",
    "SpanKind",
    "TelemetryConfig",
    "TelemetryProvider",
    "build_telemetry",
    "current_span_id",
]
