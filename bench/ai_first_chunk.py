"""Until the first words of a model: by its vendor's SDK alone, and by an agent in a room.

The vendor answers at once, by HTTP on loopback. The agent's first words count when the visitor's
socket is sent them, which is after the question was stored.
"""

import asyncio

from bench.ai_contest import RAW, Contender, contest, median_wait, over_raw, p95
from bench.ai_vendor import Vendor, vendor
from bench.first_chunk import DELTAS
from bench.plan import Plan
from bench.samples import Row, build_row
from channels_app.testing.fakes.anthropic_script import Reply, Text

ANSWER = Reply(Text(*DELTAS))


def measure_ai_first_chunk(plan: Plan) -> list[Row]:
    """Measure one answer at a time, and several."""
    return [row for callers in plan.callers for row in _measure(plan, callers)]


def _measure(plan: Plan, callers: int) -> list[Row]:
    with vendor() as served:
        return asyncio.run(_ask(plan, callers, served))


async def _ask(plan: Plan, callers: int, served: Vendor) -> list[Row]:
    turns = max(1, plan.turns // (callers * plan.rounds))
    async with contest(served, rooms=callers) as rivals:
        for _ in range(plan.rounds):
            for each in rivals.all:
                served.reply_with(ANSWER, times=callers * turns)
                await each.ask(callers=callers, turns=turns)
        raw = rivals.raw
        return [_row(each, raw, callers) for each in rivals.all]


def _row(contender: Contender, raw: Contender, callers: int) -> Row:
    is_raw = contender is raw
    over_ms = over_raw(contender.samples, raw.samples)
    return build_row(
        f"AI first chunk, {contender.what}, {callers} at a time",
        f"answers, p95 {p95(contender.samples):,.1f} ms",
        contender.samples,
        yardstick=() if is_raw else raw.samples,
        ratio_of=f"{RAW}, {over_ms:+.1f} ms",
        compared=median_wait,
    )
