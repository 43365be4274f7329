"""What a bench takes down while it runs, and what comes of it."""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of repeated measurements, with the smallest and the largest."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of at least one value."""
        return cls(median(values), min(values), max(values))


@dataclass(kw_only=True)
class Sample:
    """One slice of time: how much was done in it, at what cost.

    Attributes:
        done: Events, rows or deliveries.
        wall_s: How long it took, in seconds.
        cpu_s: Processor time of this process in all its threads, in seconds; the database has
            processes of its own.
        waits_ms: How long each of the things took, in milliseconds, where that was looked at.
    """

    done: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    waits_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """How many in a second."""
        return self.done / self.wall_s

    @property
    def cpu_ms_each(self) -> float:
        """Processor time of one of them, in milliseconds."""
        return self.cpu_s / self.done * 1000


@contextmanager
def timed() -> Iterator[Sample]:
    """Give a sample to fill in, and take the times around the block."""
    gc.collect()
    sample = Sample()
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    yield sample
    sample.wall_s = time.perf_counter() - wall_s
    sample.cpu_s = time.process_time() - cpu_s


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the report.

    Attributes:
        what: What was measured.
        unit: What is counted.
        rate: How many in a second.
        cpu_ms: Processor time of one.
        p50_ms: Half of the waits were shorter; None where nobody waited.
        p99_ms: Ninety-nine of a hundred were shorter.
        ratio: To the yardstick, each slice against the yardstick's of the same round.
        ratio_of: What the ratio is to; it follows the number.
    """

    what: str
    unit: str
    rate: Spread
    cpu_ms: Spread
    p50_ms: float | None = None
    p99_ms: float | None = None
    ratio: Spread | None = None
    ratio_of: str = ""


def build_row(
    what: str,
    unit: str,
    samples: Sequence[Sample],
    *,
    yardstick: Sequence[Sample] = (),
    ratio_of: str = "",
) -> Row:
    """Sum up the slices of all rounds; the yardstick's are from the same rounds."""
    waits = [wait for sample in samples for wait in sample.waits_ms]
    ratios = [ours.rate / theirs.rate for ours, theirs in zip(samples, yardstick, strict=False)]
    return Row(
        what=what,
        unit=unit,
        rate=Spread.of([sample.rate for sample in samples]),
        cpu_ms=Spread.of([sample.cpu_ms_each for sample in samples]),
        p50_ms=median(waits) if waits else None,
        p99_ms=_p99(waits) if waits else None,
        ratio=Spread.of(ratios) if ratios else None,
        ratio_of=ratio_of,
    )


def _p99(waits: Sequence[float]) -> float:
    return quantiles(waits, n=100, method="inclusive")[98] if len(waits) > 1 else waits[0]
