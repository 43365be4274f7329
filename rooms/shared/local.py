"""Shared state for a process that is alone."""

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.domain.policies import RateLimit
from rooms.ports import ShownAnswer
from rooms.resilience.clock import Clock, SystemClock
from rooms.shared.breaker import CircuitBreaker
from rooms.shared.buckets import TokenBucket, bucket_sizes, take_turn
from rooms.shared.shown import ShownAnswers


class LocalSharedState:
    """Breakers, buckets, presence and growing answers in the memory of this process.

    Args:
        clock: What the time is; the machine's own when none is given.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._breakers: dict[str, CircuitBreaker] = {}
        self._buckets: dict[str, dict[RateLimit, list[TokenBucket]]] = {}
        self._presence: dict[tuple[str, str], dict[str, tuple[float, bool]]] = {}
        self._shown = ShownAnswers(self._clock)

    # -- breakers

    async def admit(self, channel_id: str, policy: BreakerPolicy) -> Admission | None:
        """Return leave to try the channel once, or None when the attempt must fail fast."""
        if channel_id not in self._breakers:
            self._breakers[channel_id] = CircuitBreaker(channel_id, self._clock)
        return self._breakers[channel_id].admit(policy)

    async def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        """Take what came of an attempt; whoever's word opens or closes the breaker learns so."""
        breaker = self._breakers.get(admission.channel_id)
        return breaker.report(admission, word) if breaker else None

    async def renew_probe(self, admission: Admission) -> bool:
        """Keep the probe's place; tell whether it was still held."""
        breaker = self._breakers.get(admission.channel_id)
        return breaker is not None and breaker.renew(admission)

    async def breaker_states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker that was ever asked, by channel id."""
        return {channel_id: breaker.state for channel_id, breaker in self._breakers.items()}

    async def reset_breaker(self, channel_id: str) -> None:
        """Drop a channel's breaker; the next one starts closed."""
        self._breakers.pop(channel_id, None)

    # -- buckets

    async def take_turn(self, channel_id: str, limit: RateLimit) -> float:
        """Take a token of every limit that is set, or none; return the seconds to wait."""
        limits = self._buckets.setdefault(channel_id, {})
        if limit not in limits:
            limits[limit] = [TokenBucket(size, self._clock) for size in bucket_sizes(limit)]
        return take_turn(limits[limit])

    async def reset_limits(self, channel_id: str) -> None:
        """Drop a channel's buckets; the next ones start full."""
        self._buckets.pop(channel_id, None)

    # -- presence

    async def announce(
        self, room_id: str, channel_id: str, node: str, *, streams: bool, ttl_seconds: float
    ) -> None:
        """Say that a process shows a room to somebody through a channel, for so long."""
        until = self._clock.monotonic() + ttl_seconds
        self._presence.setdefault((room_id, channel_id), {})[node] = (until, streams)

    async def withdraw(self, room_id: str, channel_id: str, node: str) -> None:
        """Say that a process shows a room to nobody through a channel any more."""
        nodes = self._presence.get((room_id, channel_id), {})
        nodes.pop(node, None)
        if not nodes:
            self._presence.pop((room_id, channel_id), None)

    async def is_watched(self, room_id: str, channel_id: str, *, streams: bool) -> bool:
        """Tell whether any process shows a room through a channel."""
        now = self._clock.monotonic()
        nodes = self._presence.get((room_id, channel_id), {})
        return any(now < until and can >= streams for until, can in nodes.values())

    # -- answers that grow

    async def show(self, answer: ShownAnswer) -> bool:
        """Note an answer as it is about to be shown; False when its owner's epoch is over."""
        return self._shown.show(answer)

    async def fence(self, room_id: str, epoch: int) -> list[ShownAnswer]:
        """Forbid all answers of epochs before `epoch` to grow, and return those that are shown."""
        return self._shown.fence(room_id, epoch)

    async def conceal(self, room_id: str, event_id: str) -> None:
        """Forget a shown answer: it is stored, or was taken back."""
        self._shown.conceal(room_id, event_id)

    async def close(self) -> None:
        """Nothing here belongs to an event loop."""
