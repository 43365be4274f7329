"""Circuit breakers: a vendor that keeps failing is left alone for a while (RFC §13)."""

from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Self

from rooms.resilience.clock import Clock

FAILURE_THRESHOLD = 5
RECOVERY_SECONDS = 60.0

CIRCUIT_BREAKER_OPEN = "circuit_breaker_open"
"""The error code of a delivery that was not attempted because the breaker is open."""


class BreakerState(StrEnum):
    """CLOSED lets everything through, OPEN nothing, HALF_OPEN one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerEdge(StrEnum):
    """What listeners hear of, once each: the breaker opened, the breaker closed again."""

    OPENED = "circuit_breaker_opened"
    CLOSED = "circuit_breaker_closed"


EdgeCallback = Callable[[str, BreakerEdge], None]
"""Called with the channel id and what happened to its breaker."""


class Permit:
    """Leave to try once; say what came of it, or leave the `with` block to say nothing.

    An outcome that tells nothing about the vendor, such as a wrong number or a cancelled attempt,
    is left unsaid. Only the first word counts.
    """

    def __init__(self, breaker: "CircuitBreaker", era: int) -> None:
        self._breaker = breaker
        self._era = era
        self._settled = False

    def succeed(self) -> None:
        """Report that the vendor took the delivery."""
        if self._settle():
            self._breaker.note_success(self._era)

    def fail(self) -> None:
        """Report that the vendor failed; a whole exhausted retry sequence is one failure."""
        if self._settle():
            self._breaker.note_failure(self._era)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._settle():
            self._breaker.note_nothing(self._era)

    def _settle(self) -> bool:
        first, self._settled = not self._settled, True
        return first


class CircuitBreaker:
    """Guards one channel in this process.

    Every change of state begins a new era; what an attempt of an earlier era reports is no news
    any more.

    Attributes:
        channel_id: The channel it guards.
    """

    def __init__(
        self,
        channel_id: str,
        clock: Clock,
        *,
        failure_threshold: int = FAILURE_THRESHOLD,
        recovery_seconds: float = RECOVERY_SECONDS,
        on_edge: EdgeCallback | None = None,
    ) -> None:
        self.channel_id = channel_id
        self._clock = clock
        self._failure_threshold = failure_threshold
        self._recovery_seconds = recovery_seconds
        self._on_edge = on_edge
        self._state = BreakerState.CLOSED
        self._era = 0
        self._failures = 0
        self._opened_at = 0.0
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """The state now; an OPEN breaker whose time is over counts as HALF_OPEN."""
        if self._state is BreakerState.OPEN and not self.seconds_until_probe():
            return BreakerState.HALF_OPEN
        return self._state

    def seconds_until_probe(self) -> float:
        """Return how long an open breaker still refuses everything; 0.0 when it does not."""
        if self._state is not BreakerState.OPEN:
            return 0.0
        return max(0.0, self._opened_at + self._recovery_seconds - self._clock.monotonic())

    def admit(self) -> Permit | None:
        """Return leave to try, or None when the attempt must fail fast."""
        state = self.state
        if state is BreakerState.OPEN or self._probing:
            return None
        if state is BreakerState.HALF_OPEN:
            self._move(BreakerState.HALF_OPEN)
            self._probing = True
        return Permit(self, self._era)

    def note_success(self, era: int) -> None:
        """Take a success of an attempt admitted in `era`."""
        if era != self._era:
            return
        self._failures = 0
        if self._state is BreakerState.HALF_OPEN:
            self._move(BreakerState.CLOSED)
            self._tell(BreakerEdge.CLOSED)

    def note_failure(self, era: int) -> None:
        """Take a failure of an attempt admitted in `era`."""
        if era != self._era:
            return
        self._failures += 1
        if self._state is BreakerState.HALF_OPEN:
            self._open()
        elif self._failures >= self._failure_threshold:
            self._open()
            self._tell(BreakerEdge.OPENED)

    def note_nothing(self, era: int) -> None:
        """Free the probe's place if the attempt admitted in `era` was the probe."""
        if era == self._era:
            self._probing = False

    def _open(self) -> None:
        self._opened_at = self._clock.monotonic()
        self._move(BreakerState.OPEN)

    def _move(self, state: BreakerState) -> None:
        if state is not self._state:
            self._state, self._era = state, self._era + 1
            self._probing = False

    def _tell(self, edge: BreakerEdge) -> None:
        if self._on_edge is not None:
            self._on_edge(self.channel_id, edge)


class ChannelCircuitBreakers:
    """One breaker per channel, made when it is first needed."""

    def __init__(
        self,
        clock: Clock,
        *,
        failure_threshold: int = FAILURE_THRESHOLD,
        recovery_seconds: float = RECOVERY_SECONDS,
        on_edge: EdgeCallback | None = None,
    ) -> None:
        self._clock = clock
        self._failure_threshold = failure_threshold
        self._recovery_seconds = recovery_seconds
        self._on_edge = on_edge
        self._breakers: dict[str, CircuitBreaker] = {}

    def breaker(self, channel_id: str) -> CircuitBreaker:
        """Return the channel's breaker."""
        if channel_id not in self._breakers:
            self._breakers[channel_id] = CircuitBreaker(
                channel_id,
                self._clock,
                failure_threshold=self._failure_threshold,
                recovery_seconds=self._recovery_seconds,
                on_edge=self._on_edge,
            )
        return self._breakers[channel_id]

    def states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker by channel id, for health pages."""
        return {channel_id: breaker.state for channel_id, breaker in self._breakers.items()}

    def forget(self, channel_id: str) -> None:
        """Drop a channel's breaker, for instance when it is unregistered."""
        self._breakers.pop(channel_id, None)
