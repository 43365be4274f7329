"""Those who ask a vendor, in turn: its SDK alone, agents without a database, agents with one."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Protocol

from bench.ai_agents import Agents, build_provider
from bench.ai_raw import RawModel
from bench.ai_vendor import Vendor
from bench.chat import build_kit
from bench.samples import Sample, timed
from channels_app.ai.tools.function import FunctionTool
from rooms.kit import RoomKit
from rooms.stores.memory import InMemoryStore

EXCHANGES = 5
"""How many questions with their answers stand before each question."""

RAW = "the SDK alone"


class Respondent(Protocol):
    """Somebody who asks a model."""

    async def ask(self, place: int) -> float:
        """Ask once, to the end of the answer; return the milliseconds until its first text."""


@dataclass
class Contender:
    """One of those that are compared.

    Attributes:
        samples: One of each round.
    """

    what: str
    respondent: Respondent
    samples: list[Sample] = field(default_factory=list)

    async def ask(self, *, callers: int, turns: int, whole: bool = False) -> Sample:
        """Take a sample: so many callers ask so often, each when its last answer is complete.

        Args:
            callers: How many at a time.
            turns: How often each asks.
            whole: Whether the waits are those for the whole answer, not for its first text.
        """
        with timed() as sample:
            callings = (self._call(each, turns, sample, whole=whole) for each in range(callers))
            await asyncio.gather(*callings)
        sample.done = len(sample.waits_ms)
        self.samples.append(sample)
        return sample

    async def _call(self, place: int, turns: int, sample: Sample, *, whole: bool) -> None:
        for _ in range(turns):
            begun = time.perf_counter()
            first_ms = await self.respondent.ask(place)
            whole_ms = (time.perf_counter() - begun) * 1000
            sample.waits_ms.append(whole_ms if whole else first_ms)


@dataclass(frozen=True)
class Contest:
    """All that are compared.

    Attributes:
        raw: The SDK alone.
        agents: The agents by what their rooms are kept in.
    """

    raw: Contender
    agents: Sequence[Contender]

    @property
    def all(self) -> list[Contender]:
        """Everybody, the yardstick first."""
        return [self.raw, *self.agents]


@asynccontextmanager
async def contest(
    vendor: Vendor, *, rooms: int, tools: Sequence[FunctionTool] = ()
) -> AsyncIterator[Contest]:
    """Open everybody, warmed up; all are closed after the block.

    Args:
        vendor: Who answers; with a short text while the rooms are warmed up.
        rooms: How many rooms each kit has.
        tools: Declared to the model.
    """
    raw = RawModel(vendor, exchanges=EXCHANGES, tools=tools)
    kits = {"rooms in memory": RoomKit(InMemoryStore()), "rooms in the database": build_kit()}
    async with AsyncExitStack() as closing:
        closing.push_async_callback(raw.close)
        agents: list[Contender] = []
        for what, kit in kits.items():
            agent = Agents(
                kit, build_provider(vendor), rooms=rooms, exchanges=EXCHANGES, tools=tools
            )
            closing.push_async_callback(agent.close)
            await agent.open()
            agents.append(Contender(what, agent))
        for _ in range(EXCHANGES):
            await raw.ask(0)
        yield Contest(Contender(RAW, raw), agents)


def median_wait(sample: Sample) -> float:
    """Return what half of the waits did not exceed, in milliseconds."""
    return median(sample.waits_ms)


def p95(samples: Sequence[Sample]) -> float:
    """Return what ninety-five of a hundred waits did not exceed, in milliseconds."""
    waits = [wait for sample in samples for wait in sample.waits_ms]
    return quantiles(waits, n=20, method="inclusive")[18] if len(waits) > 1 else waits[0]


def over_raw(samples: Sequence[Sample], raw: Sequence[Sample]) -> float:
    """Return how much longer half of the waits were, in milliseconds: median over the rounds."""
    return median(
        median_wait(ours) - median_wait(theirs) for ours, theirs in zip(samples, raw, strict=True)
    )
