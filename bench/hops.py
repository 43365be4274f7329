"""What is taken down of the way to another process, and the lines of the report about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.samples import Row, Spread, p99


@dataclass
class Hops:
    """How long each took, in milliseconds.

    Attributes:
        bare: Tasks, from the call that enqueues one to its first line.
        committed: Messages, from their commit to the provider's call.
        received: The same messages, from their arrival.
    """

    bare: list[float] = field(default_factory=list)
    committed: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)

    def build_rows(self) -> list[Row]:
        """Sum up the three ways; messages are held against bare tasks."""
        return [
            _build_row("bare task, enqueued until begun", "tasks", self.bare),
            self._compare("message, committed until provider called", self.committed),
            self._compare("message, received until provider called", self.received),
        ]

    def _compare(self, what: str, waits_ms: Sequence[float]) -> Row:
        ratio = median(waits_ms) / median(self.bare)
        return _build_row(what, "messages", waits_ms, ratio=Spread(ratio, ratio, ratio))


def _build_row(
    what: str, unit: str, waits_ms: Sequence[float], *, ratio: Spread | None = None
) -> Row:
    return Row(
        what=what,
        unit=f"{len(waits_ms)} {unit}, one at a time",
        p50_ms=median(waits_ms),
        p99_ms=p99(waits_ms),
        ratio=ratio,
        ratio_of="the bare task, p50",
    )
