"""What follows a failed attempt: another one, or the end of the delivery (RFC §13)."""

import logging

from rooms.domain.delivery import DeliveryResult
from rooms.pipeline.outcomes import build_failure, build_problem, build_unknown
from rooms.pipeline.work import Work
from rooms.resilience.circuit_breaker import Permit
from rooms.resilience.retry import is_retryable, is_unknown, next_delay

logger = logging.getLogger("roomkit.core.delivery")


def delay_after(work: Work, error: Exception, *, may_repeat: bool) -> float | None:
    """Return the seconds to the next attempt; None if there is none.

    Args:
        work: What was tried.
        error: Why it failed.
        may_repeat: Whether it may be sent again when nobody knows if it arrived.
    """
    policy = work.binding.retry_policy
    if is_unknown(error) and not may_repeat:
        return None
    if not is_retryable(error, policy):
        return None
    retry_after = getattr(error, "retry_after", None)
    return next_delay(policy, work.attempts, retry_after=retry_after)


async def give_up(work: Work, error: Exception, permit: Permit) -> DeliveryResult:
    """Return how a delivery ends that is not tried again; a vendor's fault counts against it."""
    if _blames_vendor(error, work):
        await permit.fail()
    if is_unknown(error):
        return build_unknown(work, str(error))
    return build_failure(work, build_problem(error))


def _blames_vendor(error: Exception, work: Work) -> bool:
    """Tell whether a failure counts for the breaker: a wrong number says nothing of the vendor."""
    own_word = getattr(error, "blames_vendor", None)
    if isinstance(own_word, bool):
        return own_word
    return is_unknown(error) or is_retryable(error, work.binding.retry_policy)


def log_failure(work: Work, error: Exception, delay: float | None) -> None:
    """Write a failed attempt down, louder where it was the last."""
    logger.log(
        logging.ERROR if delay is None else logging.WARNING,
        "delivery attempt failed",
        exc_info=error,
        extra={**work.log_facts, "attempt": work.attempts, "retry_in_seconds": delay},
    )
