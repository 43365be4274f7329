"""Kill -9 of random processes at random moments, by a schedule that a seed repeats."""

import asyncio
import random
from dataclasses import dataclass
from time import monotonic

from tests.cluster.cluster import Cluster
from tests.cluster.process import READY_WITHIN_S
from tests.cluster.waiting import wait_for


@dataclass(frozen=True)
class Death:
    """One kill.

    Attributes:
        name: Of the process.
        at: When, on this process's monotonic clock.
        back_after_s: From the kill until the process could be used again.
    """

    name: str
    at: float
    back_after_s: float


class Chaos:
    """Kills one process after the other and starts each again at once.

    A process that is not back yet is left alone, the last one of all is not.

    Args:
        cluster: Whose processes.
        seed: The same one gives the same pauses, and the same processes as far as they are up.
        pause_s: Between which bounds it waits before each kill.
    """

    def __init__(self, cluster: Cluster, *, seed: int, pause_s: tuple[float, float]) -> None:
        self.deaths: list[Death] = []
        self._cluster = cluster
        self._random = random.Random(f"{seed}:kills")  # noqa: S311 - a schedule
        self._pause_s = pause_s
        self._up = list(cluster.processes)

    async def reign(self, kills: int) -> None:
        """Kill so many times; returns when every process is back."""
        async with asyncio.TaskGroup() as recoveries:
            for _ in range(kills):
                await asyncio.sleep(self._random.uniform(*self._pause_s))
                await wait_for(lambda: self._up, within_s=READY_WITHIN_S, what="somebody is up")
                name = self._random.choice(self._up)
                self._up.remove(name)
                recoveries.create_task(self._strike(name))

    async def _strike(self, name: str) -> None:
        at = monotonic()
        await asyncio.to_thread(self._cluster[name].kill)
        await asyncio.to_thread(self._cluster.start, name)
        self.deaths.append(Death(name, at, monotonic() - at))
        self._up.append(name)
