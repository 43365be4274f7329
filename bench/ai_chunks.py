"""Many pieces of many answers at a time: what a piece costs, and how many go through in a second.

Fifty answers stream at once, by the vendor's SDK alone and by agents. A scripted model beside them
costs nothing itself: what it tells is what we can take.
"""

import asyncio
from functools import partial
from operator import attrgetter

from bench.ai_agents import Agents
from bench.ai_contest import EXCHANGES, RAW, Contender, contest
from bench.ai_vendor import Vendor, vendor
from bench.chat import build_kit
from bench.plan import Plan
from bench.samples import Row, Sample, build_row
from channels_app.providers.mock.ai import MockAIProvider
from channels_app.testing.fakes.anthropic_script import Reply, Text

STREAMS = 50
PIECES = 200
ANSWER = tuple(f"word{number} " for number in range(PIECES))
SCRIPTED = "a scripted model"


def measure_ai_chunks(plan: Plan) -> list[Row]:
    """Measure both."""
    with vendor() as served:
        asked = asyncio.run(_ask_vendor(plan, served))
    return [*asked, asyncio.run(_ask_script(plan))]


async def _ask_vendor(plan: Plan, served: Vendor) -> list[Row]:
    async with contest(served, rooms=STREAMS) as rivals:
        for _ in range(plan.rounds):
            for each in rivals.all:
                served.reply_with(Reply(Text(*ANSWER)), times=STREAMS)
                await _stream(each)
        raw = rivals.raw
        return [
            build_row(_name(RAW), "chunks", raw.samples),
            *(
                build_row(
                    _name(each.what),
                    "chunks",
                    each.samples,
                    yardstick=raw.samples,
                    ratio_of=f"the cost of {RAW}",
                    compared=attrgetter("cost_ms_each"),
                )
                for each in rivals.agents
            ),
        ]


async def _ask_script(plan: Plan) -> Row:
    """Ask a model that gives way to others with every piece, as one that is read by HTTP does."""
    provider = MockAIProvider(deltas=[ANSWER], latency=partial(asyncio.sleep, 0))
    agents = Agents(build_kit(), provider, rooms=STREAMS, exchanges=EXCHANGES)
    await agents.open()
    contender = Contender(SCRIPTED, agents)
    for _ in range(plan.rounds):
        await _stream(contender)
    await agents.close()
    return build_row(_name(SCRIPTED), "chunks", contender.samples)


async def _stream(contender: Contender) -> Sample:
    sample = await contender.ask(callers=STREAMS, turns=1)
    sample.done = STREAMS * PIECES
    return sample


def _name(what: str) -> str:
    return f"{STREAMS} streams, {what}"
