"""Whether a message costs the same in a long room as in a new one.

Both are measured in turn. Short rooms are new in each round, because they grow while they are
measured. The cost is processor time, ours and the database's.
"""

import asyncio
import itertools
from collections.abc import Iterable

from bench.chat import Chat, build_kit
from bench.growth import copy_room, fill_room, settle
from bench.plan import Plan
from bench.samples import Row, Sample, build_cost_row, build_row
from bench.town import AT_A_TIME

SHORT = 10
PATTERN = "pattern"


def measure_lengths(plan: Plan) -> list[Row]:
    """Measure rooms of two lengths, on the database at hand."""
    new = [[f"short-{turn}-{n}" for n in range(AT_A_TIME)] for turn in range(plan.rounds)]
    old = [f"long-{n}" for n in range(AT_A_TIME)]
    chat = Chat(build_kit(), [PATTERN], watched=False)
    short: list[Sample] = []
    long: list[Sample] = []
    with asyncio.Runner() as loop:
        loop.run(chat.open())
        fill_room(PATTERN, more=SHORT - 1)
        copy_room(PATTERN, [*itertools.chain(*new), *old])
        for room_id in old:
            fill_room(room_id, more=plan.long_room - SHORT)
        settle()
        for turn, rooms in enumerate(new):
            pair = [(short, rooms), (long, old)]
            # Whoever is second finds the processor warm, so that they change places.
            for samples, places in reversed(pair) if turn % 2 else pair:
                samples.append(loop.run(_talk(chat, places, plan.slice_s)))
        loop.run(chat.close())
    return [
        build_row(f"rooms of {SHORT} events", "events", short),
        build_cost_row(f"rooms of {plan.long_room:,} events", long, short),
    ]


async def _talk(chat: Chat, rooms: Iterable[str], slice_s: float) -> Sample:
    """Take a sample, after one message in each room: what is read once only has been read."""
    for room_id in rooms:
        await chat.say(room_id)
    return await chat.talk(callers=AT_A_TIME, slice_s=slice_s, places=itertools.cycle(rooms))
