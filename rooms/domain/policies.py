"""Policies a binding or channel may carry: retries and limits (RFC §13), when to answer."""

from enum import StrEnum

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


class OnNewMessage(StrEnum):
    """What a message does to the answer that is being made: it waits, or the answer ends."""

    QUEUE = "queue"
    SUPERSEDE = "supersede"


class ReplyTiming(Frozen):
    """When an agent answers people who write several messages in a row.

    The default answers every message at once. With `quiet_s`, or with SUPERSEDE, messages that wait
    are answered together, as one question.

    Attributes:
        quiet_s: For how long nothing new must have come, in seconds; typing counts as new.
        cap_s: How long the first of the messages waits at most, in seconds; 0 sets no bound.
        on_new_message: What a message does while the answer is being made. SUPERSEDE ends that
            answer, keeping what people were shown of it, and answers the new message.
    """

    quiet_s: float = Field(default=0.0, ge=0.0)
    cap_s: float = Field(default=0.0, ge=0.0)
    on_new_message: OnNewMessage = OnNewMessage.QUEUE

    @property
    def merges(self) -> bool:
        """Whether messages that wait are answered together."""
        return self.quiet_s > 0 or self.on_new_message is OnNewMessage.SUPERSEDE
