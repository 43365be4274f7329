"""When to try a delivery again, and whether (RFC §13)."""

from rooms.domain.policies import RetryPolicy


def next_delay(
    policy: RetryPolicy | None, failures: int, *, retry_after: float | None = None
) -> float | None:
    """Return the seconds to wait before the next attempt, or None when there is none.

    Args:
        policy: None allows a single attempt.
        failures: How many attempts have failed so far, at least 1.
        retry_after: Seconds the vendor asked for; they can only lengthen the wait.

    Raises:
        ValueError: If nothing has failed yet.
    """
    if failures < 1:
        raise ValueError(f"failures must be at least 1, got {failures}: nothing to retry yet")
    if policy is None or failures > policy.max_retries:
        return None
    return max(_backoff(policy, failures - 1), retry_after or 0.0)


def is_retryable(error: BaseException, policy: RetryPolicy | None) -> bool:
    """Tell whether trying again may help.

    The error's own `retryable` outranks the policy. Without one, a policy that lists error types
    retries only those, named by class or by one of its bases; without a list everything is
    retried. Cancellation and the like never are.
    """
    if not isinstance(error, Exception):
        return False
    own_word = getattr(error, "retryable", None)
    if isinstance(own_word, bool):
        return own_word
    if policy is None or policy.retryable_errors is None:
        return True
    names = {cls.__name__ for cls in type(error).__mro__}
    return not names.isdisjoint(policy.retryable_errors)


def is_unknown(error: BaseException) -> bool:
    """Tell whether an error says that the message may have arrived all the same."""
    return getattr(error, "outcome_unknown", False) is True


def _backoff(policy: RetryPolicy, exponent: int) -> float:
    try:
        grown = policy.base_delay_seconds * policy.exponential_base**exponent
    except OverflowError:  # so many failures that only the cap is left
        return policy.max_delay_seconds
    return min(grown, policy.max_delay_seconds)
