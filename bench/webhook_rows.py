"""What is taken down of webhooks, and the lines of the report about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.samples import Row, Spread, p99

ROWS = "bench_posted"
"""The yardstick's table."""


@dataclass
class Taken:
    """How long each took, in milliseconds.

    Attributes:
        callers: How many posted at once.
        raw: Posts to the yardstick, until the answer.
        stored: Webhooks, until the answer.
        answered: The same webhooks, until the vendor was called with what the room answers.
        rounds: Where each round begins.
    """

    callers: int
    raw: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)

    def begin_round(self) -> None:
        """Let what follows be compared with each other."""
        self.rounds.append(len(self.raw))

    def build_rows(self) -> list[Row]:
        """Sum up; webhooks are held against the yardstick, round by round."""
        return [
            self._build("view that inserts one row, until 2xx", self.raw),
            self._compare("signed webhook, until 2xx", self.stored),
            self._compare("signed webhook, until the answer is sent", self.answered),
        ]

    def _compare(self, what: str, waits_ms: Sequence[float]) -> Row:
        ends = [*self.rounds[1:], len(self.raw)]
        ratios = [
            p95(waits_ms[start:end]) / p95(self.raw[start:end])
            for start, end in zip(self.rounds, ends, strict=True)
        ]
        return self._build(what, waits_ms, ratio=Spread.of(ratios))

    def _build(self, what: str, waits_ms: Sequence[float], *, ratio: Spread | None = None) -> Row:
        return Row(
            what=what,
            unit=f"{len(waits_ms):,}, {self.callers} at a time, p95 {p95(waits_ms):,.1f} ms",
            p50_ms=median(waits_ms),
            p99_ms=p99(waits_ms),
            ratio=ratio,
            ratio_of="the view, p95",
        )


def p95(waits: Sequence[float]) -> float:
    """Return what ninety-five of a hundred waits did not exceed."""
    return quantiles(waits, n=20, method="inclusive")[18]
