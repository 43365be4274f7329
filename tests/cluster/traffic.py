"""Many customers who talk for a while."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.cluster.cluster import Cluster
from tests.cluster.customer import Ack, Customer, in_the_room


@dataclass(frozen=True)
class Load:
    """How much is said.

    Attributes:
        messages: In every room.
        over_s: How long a customer takes for all of them.
        seed: Of the pauses between them.
    """

    messages: int
    over_s: float
    seed: int


async def talk(cluster: Cluster, rooms: Sequence[str], load: Load) -> dict[str, list[Ack]]:
    """Let every customer say their messages; return what was acknowledged, by room."""
    async with AsyncExitStack() as stack:
        customers = [
            await stack.enter_async_context(in_the_room(cluster, room, seed=load.seed))
            for room in rooms
        ]
        await asyncio.gather(*(_chatter(customer, load) for customer in customers))
        return {customer.room: customer.acks for customer in customers}


async def _chatter(customer: Customer, load: Load) -> None:
    dice = random.Random(f"{load.seed}:{customer.room}:pauses")  # noqa: S311 - pacing
    for number in range(load.messages):
        await customer.say(f"{customer.room} message {number}")
        await asyncio.sleep(dice.uniform(0, 2 * load.over_s / load.messages))
