"""A clock that stands still until a test moves it."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

# How often other tasks get to run after each step; a chain of awaits needs one turn per link.
SETTLING_TURNS = 50
# Ten steps of 0.1 s do not add up to a second exactly.
ROUNDING_S = 1e-9


class FakeClock:
    """A `Clock` for tests: `await clock.advance(5)` lets five seconds pass at once.

    Sleepers wake in the order of their deadlines, each at its own time, and what they cause runs
    before the next one wakes. Tasks that wait for a thread or a socket are not waited for.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 1, 1, tzinfo=UTC)
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def monotonic(self) -> float:
        """Return the seconds advanced so far."""
        return self._elapsed

    def now(self) -> datetime:
        """Return the start plus the seconds advanced so far, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has advanced the clock by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), waker))
        await waker

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass: wake whoever is due on the way and let them run.

        Raises:
            ValueError: If `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"time only goes forward, got {seconds} seconds")
        end = self._elapsed + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end + ROUNDING_S:
            deadline, _, waker = heapq.heappop(self._sleepers)
            if not waker.done():  # a cancelled sleeper is gone
                self._elapsed = max(self._elapsed, deadline)
                waker.set_result(None)
                await self.settle()
        self._elapsed = max(self._elapsed, end)

    async def settle(self) -> None:
        """Let other tasks run until they have had `SETTLING_TURNS` turns; no time passes."""
        for _ in range(SETTLING_TURNS):
            await asyncio.sleep(0)

    @property
    def sleepers(self) -> int:
        """How many tasks are waiting for the clock."""
        return sum(not waker.done() for _, _, waker in self._sleepers)
