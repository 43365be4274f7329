"""One channel's circuit breaker in the memory of this process (RFC §13)."""

from itertools import count

from rooms.domain.breaker import (
    Admission,
    BreakerEdge,
    BreakerPolicy,
    BreakerState,
    BreakerWord,
)
from rooms.resilience.clock import Clock


class CircuitBreaker:
    """Counts failures in a row, opens, and lets one probe at a time find out about recovery.

    Every change of state begins a new era; what an attempt of an earlier era reports is no news
    any more. While it is half open only the probe that holds the place has a say.
    """

    def __init__(self, channel_id: str, clock: Clock) -> None:
        self._channel_id = channel_id
        self._clock = clock
        self._state = BreakerState.CLOSED
        self._era = 0
        self._failures = 0
        self._open_until = 0.0
        self._probe = ""
        self._probe_until = 0.0
        self._probes = count(1)

    @property
    def state(self) -> BreakerState:
        """The state now; an OPEN breaker whose time is over counts as HALF_OPEN."""
        if self._state is BreakerState.OPEN and self._clock.monotonic() >= self._open_until:
            return BreakerState.HALF_OPEN
        return self._state

    def admit(self, policy: BreakerPolicy) -> Admission | None:
        """Return leave to try, or None when the attempt must fail fast."""
        state = self.state
        if state is BreakerState.OPEN or self._is_probing():
            return None
        if state is BreakerState.HALF_OPEN:
            self._move(BreakerState.HALF_OPEN)
            self._probe = str(next(self._probes))
            self._keep_probe(policy)
        return Admission(
            channel_id=self._channel_id, policy=policy, era=self._era, probe=self._probe
        )

    def renew(self, admission: Admission) -> bool:
        """Keep the probe's place; tell whether it was still held."""
        if not self._is_news(admission) or not self._probe:
            return False
        self._keep_probe(admission.policy)
        return True

    def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        """Take what came of an attempt and return the edge it led over, if any."""
        if not self._is_news(admission):
            return None
        if word is BreakerWord.NOTHING:
            self._probe = ""
            return None
        return self._succeed() if word is BreakerWord.SUCCESS else self._fail(admission.policy)

    def _succeed(self) -> BreakerEdge | None:
        self._failures = 0
        if self._state is not BreakerState.HALF_OPEN:
            return None
        self._move(BreakerState.CLOSED)
        return BreakerEdge.CLOSED

    def _fail(self, policy: BreakerPolicy) -> BreakerEdge | None:
        self._failures += 1
        if self._state is BreakerState.HALF_OPEN:
            self._open(policy)
            return None
        if self._failures < policy.failure_threshold:
            return None
        self._open(policy)
        return BreakerEdge.OPENED

    def _is_news(self, admission: Admission) -> bool:
        return (admission.era, admission.probe) == (self._era, self._probe)

    def _is_probing(self) -> bool:
        return bool(self._probe) and self._clock.monotonic() < self._probe_until

    def _keep_probe(self, policy: BreakerPolicy) -> None:
        self._probe_until = self._clock.monotonic() + policy.probe_seconds

    def _open(self, policy: BreakerPolicy) -> None:
        self._open_until = self._clock.monotonic() + policy.recovery_seconds
        self._move(BreakerState.OPEN)

    def _move(self, state: BreakerState) -> None:
        if state is not self._state:
            self._state, self._era = state, self._era + 1
        self._probe = ""
