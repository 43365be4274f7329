"""Telemetry as log lines."""

import logging

from rooms.telemetry.attributes import PII_PREFIX
from rooms.telemetry.base import TelemetryProvider
from rooms.telemetry.span import Attributes, Span, SpanKind

logger = logging.getLogger("roomkit.telemetry")


class ConsoleTelemetryProvider(TelemetryProvider):
    """Writes a line per ended span and per metric to the logger `roomkit.telemetry`.

    Attributes whose key starts with `pii.` are left out.

    Args:
        level: The level of those lines, as in `logging`.
    """

    def __init__(self, *, level: int = logging.INFO) -> None:
        self._level = level
        self._running: dict[str, Span] = {}

    @property
    def name(self) -> str:
        """The provider's name."""
        return "console"

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
        """Begin a span; it is written when it ends."""
        span = Span(
            kind=kind,
            name=name,
            parent_id=parent_id,
            attributes=dict(attributes or {}),
            room_id=room_id,
            session_id=session_id,
            channel_id=channel_id,
        )
        self._running[span.id] = span
        return span.id

    def end_span(
        self,
        span_id: str,
        *,
        status: str = "ok",
        error_message: str | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """End a span and write it."""
        span = self._running.pop(span_id, None)
        if span is None:
            return
        span.finish(status=status, error_message=error_message, attributes=attributes)
        logger.log(
            self._level,
            "span %s %s: %s in %.1f ms%s",
            span.kind.value,
            span.name,
            span.status if error_message is None else f"{span.status} ({error_message})",
            span.duration_ms,
            _printable({**_places(span), **span.attributes}),
            extra=_places(span),
        )

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
        """Write one measurement."""
        logger.log(
            self._level, "metric %s: %g%s%s", name, value, unit, _printable(attributes or {})
        )

    def close(self) -> None:
        """Forget the spans that were never ended."""
        self.reset()

    def reset(self) -> None:
        """Forget the spans that are running."""
        self._running.clear()


def _places(span: Span) -> dict[str, str]:
    """Return the ids of where the work was done, those that are known."""
    places = {
        "room_id": span.room_id,
        "session_id": span.session_id,
        "channel_id": span.channel_id,
    }
    return {key: value for key, value in places.items() if value is not None}


def _printable(attributes: Attributes) -> str:
    return "".join(
        f" {key}={value}" for key, value in attributes.items() if not key.startswith(PII_PREFIX)
    )
