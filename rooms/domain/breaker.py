"""What circuit breakers say to each other: states, edges, admissions (RFC §13)."""

from enum import StrEnum

from pydantic import Field

from rooms.domain.frozen import Frozen


class BreakerState(StrEnum):
    """CLOSED lets everything through, OPEN nothing, HALF_OPEN one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerEdge(StrEnum):
    """What listeners hear of, once each: the breaker opened, the breaker closed again."""

    OPENED = "circuit_breaker_opened"
    CLOSED = "circuit_breaker_closed"


class BreakerWord(StrEnum):
    """What came of an attempt; NOTHING tells nothing about the vendor."""

    SUCCESS = "success"
    FAILURE = "failure"
    NOTHING = "nothing"


class BreakerPolicy(Frozen):
    """When a breaker opens and how it recovers; times in seconds.

    Attributes:
        failure_threshold: How many failures in a row open it.
        recovery_seconds: How long it stays open before it lets a probe through.
        probe_seconds: How long a probe's place is kept for a holder that does not renew it.
    """

    failure_threshold: int = Field(default=5, ge=1)
    recovery_seconds: float = Field(default=60.0, gt=0.0)
    probe_seconds: float = Field(default=30.0, gt=0.0)


class Admission(Frozen):
    """Leave to try once.

    Attributes:
        era: The breaker's era it was given in; every change of state begins a new one, and what
            an attempt of an earlier era reports is no news any more.
        probe: Names the place of the one probe; '' for an ordinary attempt.
        is_shared: Whether all processes count this attempt, or only the one that makes it.
    """

    channel_id: str
    policy: BreakerPolicy
    era: int
    probe: str = ""
    is_shared: bool = False
