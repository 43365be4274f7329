"""Retry and rate-limit policies a binding or channel may carry (RFC §13)."""

from pydantic import Field

from rooms.domain.frozen import Frozen


class RetryPolicy(Frozen):
    """How often and how long to wait before trying a delivery again.

    After the k-th failure (k from 0) the wait is
    `min(base_delay_seconds * exponential_base ** k, max_delay_seconds)` seconds; a delivery is
    attempted at most `1 + max_retries` times.
    """

    max_retries: int = Field(default=3, ge=0)
    base_delay_seconds: float = Field(default=1.0, gt=0.0)
    max_delay_seconds: float = Field(default=60.0, gt=0.0)
    exponential_base: float = Field(default=2.0, gt=0.0)
    retryable_errors: list[str] | None = None


class RateLimit(Frozen):
    """Token-bucket limits; every one that is set must hold. `burst` is the bucket's size."""

    max_per_second: float | None = Field(default=None, gt=0.0)
    max_per_minute: float | None = Field(default=None, gt=0.0)
    max_per_hour: float | None = Field(default=None, gt=0.0)
    burst: float | None = Field(default=None, ge=1.0)
