"""Telemetry that records nothing; what a kit uses when it is told of no other."""

from rooms.telemetry.base import TelemetryProvider
from rooms.telemetry.span import Attributes, SpanKind


class NoopTelemetryProvider(TelemetryProvider):
    """Takes everything and keeps nothing."""

    @property
    def name(self) -> str:
        """The provider's name."""
        return "noop"

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
        """Return '': no span is recorded."""
        return ""

    def end_span(
        self,
        span_id: str,
        *,
        status: str = "ok",
        error_message: str | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """Keep nothing."""

    def set_attribute(self, span_id: str, key: str, value: object) -> None:
        """Keep nothing."""

    def record_metric(
        self,
        name: str,
        value: float,
        *,
        unit: str = "",
        attributes: Attributes | None = None,
    ) -> None:
        """Keep nothing."""
