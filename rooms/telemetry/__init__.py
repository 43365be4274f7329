"""Spans and metrics of what the framework does; the default provider keeps none."""

from rooms.telemetry.attributes import Attr
from rooms.telemetry.base import TelemetryProvider, current_span_id
from rooms.telemetry.config import TelemetryConfig
from rooms.telemetry.console import ConsoleTelemetryProvider
from rooms.telemetry.filtered import FilteredTelemetryProvider, build_telemetry
from rooms.telemetry.log_fields import LogFieldsFilter, log_fields
from rooms.telemetry.mock import Metric, MockTelemetryProvider
from rooms.telemetry.noop import NoopTelemetryProvider
from rooms.telemetry.span import Span, SpanKind
from rooms.telemetry.traceparent import TraceParent, parse_traceparent

__all__ = [
    "Attr",
    "ConsoleTelemetryProvider",
    "FilteredTelemetryProvider",
    "LogFieldsFilter",
    "Metric",
    "MockTelemetryProvider",
    "NoopTelemetryProvider",
    "Span",
    "SpanKind",
    "TelemetryConfig",
    "TelemetryProvider",
    "TraceParent",
    "build_telemetry",
    "current_span_id",
    "log_fields",
    "parse_traceparent",
]
