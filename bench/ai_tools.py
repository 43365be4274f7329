"""A round of tools: asked by the model, run, told to the model.

Answers with three rounds and answers with none take turns; the difference, by three, is a round. It
holds one more request of the vendor, which the yardstick's rounds hold as well. Rooms in memory
keep their turns there too, so that what the database costs stands beside it.
"""

import asyncio

from bench.ai_contest import Contender, contest, median_wait
from bench.ai_raw import TOOL_RESULT
from bench.ai_vendor import Vendor, vendor
from bench.plan import Plan
from bench.samples import Row, Sample, build_row
from channels_app.ai.tools.function import tool
from channels_app.testing.fakes.anthropic_script import Reply, Text, ToolUse

ROUNDS = 3
WORDS = Reply(Text("It was shipped ", "yesterday."))
CALLS = tuple(
    Reply(ToolUse(f"toolu_{number}", "look_up", {"number": number})) for number in range(ROUNDS)
)


@tool
def look_up(number: int) -> str:
    """Look an order up."""
    return TOOL_RESULT


def measure_ai_tools(plan: Plan) -> list[Row]:
    """Measure one answer at a time."""
    with vendor() as served:
        return asyncio.run(_ask(plan, served))


async def _ask(plan: Plan, served: Vendor) -> list[Row]:
    turns = max(1, plan.turns // plan.rounds)
    rounds: dict[str, list[Sample]] = {}
    async with contest(served, rooms=1, tools=[look_up]) as rivals:
        for _ in range(plan.rounds):
            for each in rivals.all:
                sample = await _take_rounds(each, served, turns)
                rounds.setdefault(each.what, []).append(sample)
        raw = rivals.raw.what
        return [
            build_row(
                f"round of a tool, {what}",
                "rounds",
                samples,
                yardstick=() if what == raw else rounds[raw],
                ratio_of=raw,
                compared=median_wait,
            )
            for what, samples in rounds.items()
        ]


async def _take_rounds(contender: Contender, served: Vendor, turns: int) -> Sample:
    """Return what the rounds took beyond the answers without any, each of them."""
    served.reply_with(WORDS, times=turns)
    plain = await contender.ask(callers=1, turns=turns, whole=True)
    served.reply_with(*CALLS, WORDS, times=turns)
    busy = await contender.ask(callers=1, turns=turns, whole=True)
    base_ms = median_wait(plain)
    return Sample(
        done=turns * ROUNDS,
        wall_s=busy.wall_s - plain.wall_s,
        cpu_s=busy.cpu_s - plain.cpu_s,
        database_s=busy.database_s - plain.database_s,
        waits_ms=[(wait - base_ms) / ROUNDS for wait in busy.waits_ms],
    )
