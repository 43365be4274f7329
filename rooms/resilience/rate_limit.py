"""Rate limits: over the limit a sender waits its turn, nothing is dropped (RFC §13.3)."""

import asyncio

from rooms.domain.policies import RateLimit
from rooms.ports import SharedState
from rooms.resilience.clock import Clock


class RateLimiter:
    """Holds every limit that is set; senders of a process get through in the order they came.

    The tokens are in the shared state. Of each process only the sender at the head of the queue
    asks for one, so that processes take turns by chance and none of their senders overtakes
    another. It belongs to no event loop, but its waiters at any one moment must all be of the
    same one.
    """

    def __init__(
        self, shared: SharedState, channel_id: str, limit: RateLimit, *, clock: Clock
    ) -> None:
        self._shared = shared
        self._channel_id = channel_id
        self._limit = limit
        self._clock = clock
        self._queue: dict[asyncio.Future[None], None] = {}
        self._is_empty = False

    async def try_acquire(self) -> bool:
        """Take a turn if one is free and nobody waits for it; tell whether it was taken."""
        return not self._is_empty and await self._seconds_until_turn() == 0.0

    async def acquire(self) -> None:
        """Wait until every limit allows one more, in the order of arrival, and take it."""
        turn = self._join()
        try:
            await turn
            while (wait := await self._seconds_until_turn()) > 0.0:
                self._is_empty = True
                await self._clock.sleep(wait)
        finally:
            self._leave(turn)

    @property
    def waiting(self) -> int:
        """How many senders wait for their turn."""
        return len(self._queue)

    async def _seconds_until_turn(self) -> float:
        return await self._shared.take_turn(self._channel_id, self._limit)

    def _join(self) -> asyncio.Future[None]:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._queue:
            turn.set_result(None)
        self._queue[turn] = None
        return turn

    def _leave(self, turn: asyncio.Future[None]) -> None:
        del self._queue[turn]
        head = next(iter(self._queue), None)
        if head is None:
            self._is_empty = False
        elif not head.done():
            head.set_result(None)


class ChannelRateLimiters:
    """One limiter per channel and limit, shared by all rooms the channel serves.

    Args:
        shared: Where the tokens are.
        clock: What senders wait by.
    """

    def __init__(self, shared: SharedState, *, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock
        self._limiters: dict[str, dict[RateLimit, RateLimiter]] = {}

    def limiter(self, channel_id: str, limit: RateLimit) -> RateLimiter:
        """Return the channel's limiter for `limit`; another limit has buckets of its own."""
        limiters = self._limiters.setdefault(channel_id, {})
        if limit not in limiters:
            limiters[limit] = RateLimiter(self._shared, channel_id, limit, clock=self._clock)
        return limiters[limit]

    async def forget(self, channel_id: str) -> None:
        """Drop a channel's limiters and, in all processes, its buckets."""
        self._limiters.pop(channel_id, None)
        await self._shared.reset_limits(channel_id)
