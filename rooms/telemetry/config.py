"""What of the telemetry is kept."""

from dataclasses import dataclass, field

from rooms.telemetry.base import TelemetryProvider
from rooms.telemetry.span import SpanKind

FREQUENT_TRIGGERS = frozenset(
    {"on_input_audio_level", "on_output_audio_level", "on_vad_audio_level"}
)


@dataclass(frozen=True)
class TelemetryConfig:
    """A provider and what it gets to see.

    Attributes:
        provider: Where spans and metrics go; None keeps none.
        sample_rate: The share of traces that is kept, from 0.0 to 1.0. A trace is a span without
            a parent with everything below it.
        enabled_spans: The kinds that are kept; None keeps all. What lies below a left-out span
            hangs on that span's parent.
        metadata: Attributes added to every span and metric.
        suppressed_hook_triggers: Triggers whose hook spans are left out: they run for every frame.

    Raises:
        ValueError: If the sample rate is not between 0.0 and 1.0.
    """

    provider: TelemetryProvider | None = None
    sample_rate: float = 1.0
    enabled_spans: set[SpanKind] | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    suppressed_hook_triggers: set[str] = field(default_factory=lambda: set(FREQUENT_TRIGGERS))

    def __post_init__(self) -> None:
        if not 0.0 <= self.sample_rate <= 1.0:
            raise ValueError(f"sample_rate must be from 0.0 to 1.0, got {self.sample_rate}")
