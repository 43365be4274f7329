"""What a bench takes down while it runs, and what comes of it."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from statistics import median, quantiles

from bench.backends import cpu_since, read_cpu


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
        database_s: Processor time of the database's processes, in seconds; 0 where it cannot be
            seen.
        waits_ms: How long each of the things took, in milliseconds, where that was looked at.
    """

    done: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    database_s: float = 0.0
    waits_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """How many in a second."""
        return self.done / self.wall_s

    @property
    def cpu_ms_each(self) -> float:
        """Processor time of one of them, in milliseconds."""
        return self.cpu_s / self.done * 1000

    @property
    def database_ms_each(self) -> float:
        """The database's processor time of one of them, in milliseconds."""
        return self.database_s / self.done * 1000

    @property
    def cost_ms_each(self) -> float:
        """All processor time of one of them, in milliseconds."""
        return self.cpu_ms_each + self.database_ms_each


@contextmanager
def timed() -> Iterator[Sample]:
    """Give a sample to fill in, and take the times around the block."""
    gc.collect()
    sample, backends = Sample(), read_cpu()
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    yield sample
    sample.wall_s = time.perf_counter() - wall_s
    sample.cpu_s = time.process_time() - cpu_s
    sample.database_s = cpu_since(backends)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the report.

    Attributes:
        what: What was measured.
        unit: What is counted.
        rate: How many in a second; None where one came after the other.
        cpu_ms: Processor time of one in the processes measured; None where it was not looked at.
        database_ms: The same of the database; None where it cannot be seen.
        p50_ms: Half of the waits were shorter; None where nobody waited.
        p99_ms: Ninety-nine of a hundred were shorter.
        ratio: To the yardstick, each slice against the yardstick's of the same round.
        ratio_of: What the ratio is to; it follows the number.
    """

    what: str
    unit: str
    rate: Spread | None = None
    cpu_ms: Spread | None = None
    database_ms: Spread | None = None
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
    compared: Callable[[Sample], float] = attrgetter("rate"),
) -> Row:
    """Sum up the slices of all rounds; the yardstick's are from the same rounds.

    Args:
        what: What was measured.
        unit: What is counted.
        samples: One of each round.
        yardstick: What they are held against.
        ratio_of: What the ratio is to.
        compared: What of the two is compared.
    """
    waits = [wait for sample in samples for wait in sample.waits_ms]
    ratios = [
        compared(ours) / compared(their) for ours, their in zip(samples, yardstick, strict=False)
    ]
    database = [sample.database_ms_each for sample in samples]
    return Row(
        what=what,
        unit=unit,
        rate=Spread.of([sample.rate for sample in samples]),
        cpu_ms=Spread.of([sample.cpu_ms_each for sample in samples]),
        database_ms=Spread.of(database) if any(database) else None,
        p50_ms=median(waits) if waits else None,
        p99_ms=p99(waits) if waits else None,
        ratio=Spread.of(ratios) if ratios else None,
        ratio_of=ratio_of,
    )


def build_cost_row(what: str, samples: Sequence[Sample], yardstick: Sequence[Sample]) -> Row:
    """Sum up the slices, held against the yardstick by what one of them costs."""
    return build_row(
        what,
        "events",
        samples,
        yardstick=yardstick,
        ratio_of="the cost of the first",
        compared=attrgetter("cost_ms_each"),
    )


def p99(waits: Sequence[float]) -> float:
    """Return what ninety-nine of a hundred waits did not exceed."""
    return quantiles(waits, n=100, method="inclusive")[98] if len(waits) > 1 else waits[0]
