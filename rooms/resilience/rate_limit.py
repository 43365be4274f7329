"""Token buckets: over the limit a sender waits its turn, nothing is dropped (RFC §13.3)."""

import asyncio

from rooms.domain.policies import RateLimit
from rooms.resilience.clock import Clock

# Waiting exactly as long as needed can leave a bucket a rounding error short of a token.
_ROUNDING = 1e-9


class TokenBucket:
    """Fills at `rate` tokens a second up to `capacity`; a send takes one."""

    def __init__(self, rate: float, capacity: float, clock: Clock) -> None:
        self._rate = rate
        self._capacity = capacity
        self._clock = clock
        self._tokens = capacity
        self._filled_at = clock.monotonic()

    def seconds_until_free(self) -> float:
        """Return how long it takes until a token is there; 0.0 when there is one."""
        self._fill()
        missing = 1.0 - self._tokens
        return missing / self._rate if missing > _ROUNDING else 0.0

    def take(self) -> None:
        """Take a token; call it only when one is free."""
        self._fill()
        self._tokens -= 1.0

    def _fill(self) -> None:
        now = self._clock.monotonic()
        grown = self._tokens + (now - self._filled_at) * self._rate
        self._tokens, self._filled_at = min(self._capacity, grown), now


class RateLimiter:
    """Holds every limit that is set; senders get through in the order they came.

    One limiter serves one process. It belongs to no event loop, but its waiters at any one moment
    must all be of the same one.
    """

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self._clock = clock
        self._buckets = [
            TokenBucket(rate, limit.burst or max(1.0, rate), clock) for rate in _rates(limit)
        ]
        self._queue: dict[asyncio.Future[None], None] = {}

    def try_acquire(self) -> bool:
        """Take a turn if one is free and nobody waits for it; tell whether it was taken."""
        if self._queue or self._seconds_until_free() > 0.0:
            return False
        self._take()
        return True

    async def acquire(self) -> None:
        """Wait until every limit allows one more, in the order of arrival, and take it."""
        if self.try_acquire():
            return
        turn = self._join()
        try:
            await turn
            while (wait := self._seconds_until_free()) > 0.0:
                await self._clock.sleep(wait)
            self._take()
        finally:
            self._leave(turn)

    @property
    def waiting(self) -> int:
        """How many senders wait for their turn."""
        return len(self._queue)

    def _seconds_until_free(self) -> float:
        return max((bucket.seconds_until_free() for bucket in self._buckets), default=0.0)

    def _take(self) -> None:
        for bucket in self._buckets:
            bucket.take()

    def _join(self) -> asyncio.Future[None]:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._queue:
            turn.set_result(None)
        self._queue[turn] = None
        return turn

    def _leave(self, turn: asyncio.Future[None]) -> None:
        del self._queue[turn]
        head = next(iter(self._queue), None)
        if head is not None and not head.done():
            head.set_result(None)


class ChannelRateLimiters:
    """One limiter per channel and limit, shared by all rooms the channel serves."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiters: dict[str, dict[RateLimit, RateLimiter]] = {}

    def limiter(self, channel_id: str, limit: RateLimit) -> RateLimiter:
        """Return the channel's limiter for `limit`; another limit has buckets of its own."""
        limiters = self._limiters.setdefault(channel_id, {})
        if limit not in limiters:
            limiters[limit] = RateLimiter(limit, self._clock)
        return limiters[limit]

    def forget(self, channel_id: str) -> None:
        """Drop a channel's limiters, for instance when it is unregistered."""
        self._limiters.pop(channel_id, None)


def _rates(limit: RateLimit) -> list[float]:
    """Return the limits that are set, each in sends a second."""
    periods = (
        (limit.max_per_second, 1.0),
        (limit.max_per_minute, 60.0),
        (limit.max_per_hour, 3600.0),
    )
    return [maximum / seconds for maximum, seconds in periods if maximum is not None]
