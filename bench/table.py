"""The report of a run, as plain text."""

import os
import platform
from collections.abc import Sequence

import channels
import django

from bench.parts import Section
from bench.plan import Plan
from bench.samples import Row, Spread

HEADINGS = ("", "per second", "p50 ms", "p99 ms", "CPU ms each", "of the database", "ratio")
LARGE = 10  # a multiple that needs no second decimal
WIDTHS = (50, 42, 9, 9, 13, 17, 0)


def print_heading(plan: Plan) -> None:
    """Say on what all this was measured, and how to read it."""
    print(
        f"Python {platform.python_version()}, Django {django.__version__}, "
        f"Channels {channels.__version__}, {os.cpu_count()} CPUs with a load of "
        f"{os.getloadavg()[0]:.1f} before the start.\n"
        f"{plan.rounds} rounds of {plan.slice_s:g} s each, in turn with their yardstick. "
        "Medians with (lowest–highest). CPU is that of our processes, the database's stands beside "
        "it. Ratios are of the same round."
    )


def print_section(section: Section) -> None:
    """Print what was measured, or why it was left out."""
    if section.left_out is not None:
        print(f"\n{section.title}: left out, {section.left_out}", flush=True)
        return
    print(f"\n{section.title}")
    _print_line(HEADINGS)
    for row in section.rows:
        _print_line(_cells(row))


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        f"{_spread(row.rate, ',.0f')} {row.unit}" if row.rate else row.unit,
        _number(row.p50_ms, ",.1f"),
        _number(row.p99_ms, ",.1f"),
        f"{row.cpu_ms.middle:.3f}" if row.cpu_ms else "",
        f"{row.database_ms.middle:.3f}" if row.database_ms else "",
        _ratio(row),
    )


def _ratio(row: Row) -> str:
    """Return the ratio in percent, or as a multiple where it is one."""
    if row.ratio is None:
        return ""
    if row.ratio.middle < 1:
        return f"{_spread(row.ratio, '.1%')} {row.ratio_of}"
    form = ".1f" if row.ratio.middle >= LARGE else ".2f"
    return f"{_spread(row.ratio, form)} × {row.ratio_of}"


def _spread(spread: Spread, form: str) -> str:
    if spread.low == spread.high:
        return format(spread.middle, form)
    return f"{spread.middle:{form}} ({spread.low:{form}}–{spread.high:{form}})"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _print_line(cells: Sequence[str]) -> None:
    line = "".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True))
    print(f"  {line}".rstrip(), flush=True)
