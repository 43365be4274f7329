"""Token buckets in the memory of this process (RFC §13.3)."""

from collections.abc import Sequence

from rooms.domain.frozen import Frozen
from rooms.domain.policies import RateLimit
from rooms.resilience.clock import Clock

# Waiting exactly as long as needed can leave a bucket a rounding error short of a token.
ROUNDING = 1e-9


class BucketSize(Frozen):
    """A bucket's `rate` in tokens a second and the most it holds."""

    rate: float
    capacity: float


def bucket_sizes(limit: RateLimit) -> list[BucketSize]:
    """Return a bucket for each limit that is set."""
    periods = (
        (limit.max_per_second, 1.0),
        (limit.max_per_minute, 60.0),
        (limit.max_per_hour, 3600.0),
    )
    rates = [maximum / seconds for maximum, seconds in periods if maximum is not None]
    # A bucket smaller than one token would never let anybody through.
    return [BucketSize(rate=rate, capacity=limit.burst or max(1.0, rate)) for rate in rates]


class TokenBucket:
    """Fills at `rate` tokens a second up to `capacity`; a send takes one."""

    def __init__(self, size: BucketSize, clock: Clock) -> None:
        self._size = size
        self._clock = clock
        self._tokens = size.capacity
        self._filled_at = clock.monotonic()

    def seconds_until_free(self) -> float:
        """Return how long it takes until a token is there; 0.0 when there is one."""
        self._fill()
        missing = 1.0 - self._tokens
        return missing / self._size.rate if missing > ROUNDING else 0.0

    def take(self) -> None:
        """Take a token; call it only when one is free."""
        self._fill()
        self._tokens -= 1.0

    def _fill(self) -> None:
        now = self._clock.monotonic()
        grown = self._tokens + (now - self._filled_at) * self._size.rate
        self._tokens, self._filled_at = min(self._size.capacity, grown), now


def take_turn(buckets: Sequence[TokenBucket]) -> float:
    """Take a token from each bucket, or from none; return the seconds to wait, 0.0 when taken."""
    wait = max((bucket.seconds_until_free() for bucket in buckets), default=0.0)
    if not wait:
        for bucket in buckets:
            bucket.take()
    return wait
