"""When a delivery is tried again, and whether."""

import asyncio

import pytest

from rooms.domain.errors import DeliveryFailedError
from rooms.domain.policies import RetryPolicy
from rooms.resilience.retry import is_retryable, next_delay

DEFAULT = RetryPolicy()


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        # the default: 1, 2, 4 seconds, then no more
        (DEFAULT, [1.0, 2.0, 4.0, None]),
        # never more than a minute
        (RetryPolicy(max_retries=8), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, None]),
        # constant
        (RetryPolicy(max_retries=2, base_delay_seconds=5, exponential_base=1), [5.0, 5.0, None]),
        # growing by another base
        (RetryPolicy(base_delay_seconds=0.5, exponential_base=3), [0.5, 1.5, 4.5, None]),
        # the cap holds for the first wait too
        (RetryPolicy(base_delay_seconds=90, max_retries=1), [60.0, None]),
        # a single attempt
        (RetryPolicy(max_retries=0), [None]),
        (None, [None, None]),
    ],
)
def test_waits_grow_up_to_the_cap_and_end(
    policy: RetryPolicy | None, delays: list[float | None]
) -> None:
    waits = [next_delay(policy, failures) for failures in range(1, len(delays) + 1)]

    assert waits == delays


@pytest.mark.parametrize(
    ("failures", "retry_after", "delay"),
    [
        # the vendor wants longer than we would wait, even longer than the cap
        (1, 30.0, 30.0),
        (1, 600.0, 600.0),
        # the vendor is more patient than our own back-off
        (3, 2.0, 4.0),
        (1, None, 1.0),
        # it does not buy another attempt
        (4, 30.0, None),
    ],
)
def test_vendor_can_only_lengthen_the_wait(
    failures: int, retry_after: float | None, delay: float | None
) -> None:
    assert next_delay(DEFAULT, failures, retry_after=retry_after) == delay


def test_wait_after_very_many_failures_is_the_cap() -> None:
    assert next_delay(RetryPolicy(max_retries=10_000), 5_000) == 60.0


@pytest.mark.parametrize("failures", [0, -1])
def test_without_a_failure_there_is_nothing_to_retry(failures: int) -> None:
    with pytest.raises(ValueError, match=f"got {failures}"):
        next_delay(DEFAULT, failures)


class TemporaryError(ConnectionError):
    """An error that says nothing about itself."""


ONLY_CONNECTION = RetryPolicy(retryable_errors=["ConnectionError"])
NOTHING = RetryPolicy(retryable_errors=[])


@pytest.mark.parametrize(
    ("error", "policy", "expected"),
    [
        # the error's own word outranks the list, both ways
        (DeliveryFailedError("busy", retryable=True), NOTHING, True),
        (DeliveryFailedError("busy", retryable=False), DEFAULT, False),
        (
            DeliveryFailedError("x", retryable=False),
            RetryPolicy(retryable_errors=["DeliveryFailedError"]),
            False,
        ),
        # unmarked without a list
        (ValueError("x"), DEFAULT, True),
        (ValueError("x"), None, True),
        # unmarked with a list: named, by a base, by another name
        (ConnectionError("x"), ONLY_CONNECTION, True),
        (TemporaryError("x"), ONLY_CONNECTION, True),
        (ValueError("x"), ONLY_CONNECTION, False),
        (OSError("x"), ONLY_CONNECTION, False),
        (ValueError("x"), NOTHING, False),
        # stopping is not failing
        (asyncio.CancelledError(), DEFAULT, False),
        (KeyboardInterrupt(), DEFAULT, False),
    ],
)
def test_which_errors_are_worth_another_attempt(
    error: BaseException, policy: RetryPolicy | None, expected: bool
) -> None:
    assert is_retryable(error, policy) is expected
