"""One call of one hook, under its own timeout, whose failure stays its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hooks.outcomes import FailureKind, HookFailure
from hooks.registration import HookRegistration
from hooks.triggers import HookTrigger


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call of a hook gave: a value, or the failure that took its place."""

    value: object
    failure: HookFailure | None
    duration_ms: float


async def invoke(
    registration: HookRegistration,
    arguments: tuple[object, ...],
    *,
    trigger: HookTrigger,
    clock: Callable[[], float],
) -> Answer:
    """Call a hook and turn everything that can go wrong in it into a failure.

    Args:
        registration: The hook to call.
        arguments: What to call it with.
        trigger: The trigger to name in a failure.
        clock: Counts seconds.

    Raises:
        asyncio.CancelledError: If the caller itself was cancelled meanwhile.
    """
    started_s = clock()
    value, failure = await _attempt(registration, arguments, trigger)
    return Answer(value, failure, (clock() - started_s) * 1000)


async def _attempt(
    registration: HookRegistration, arguments: tuple[object, ...], trigger: HookTrigger
) -> tuple[object, HookFailure | None]:
    cancellations = _cancellations()
    scope = asyncio.timeout(registration.timeout)
    value: object = None
    error: BaseException | None = None
    try:
        async with scope:
            value = await registration.fn(*arguments)
    # A hook's failure must not spread (RFC §9.3). The other cancellation is one that the hook
    # met on its own, by awaiting a task which somebody had cancelled.
    except (Exception, asyncio.CancelledError) as raised:
        error = raised
    if _cancellations() > cancellations:
        # Even a hook that swallows it cannot hold up a caller who is being cancelled.
        raise error if isinstance(error, asyncio.CancelledError) else asyncio.CancelledError
    if scope.expired():
        return None, _failure(registration, trigger, FailureKind.TIMEOUT, error)
    if error is not None:
        return None, _failure(registration, trigger, FailureKind.ERROR, error)
    return value, None


def _cancellations() -> int:
    """Count the requests to cancel the running task that are still open."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def _failure(
    registration: HookRegistration,
    trigger: HookTrigger,
    kind: FailureKind,
    error: BaseException | None,
) -> HookFailure:
    timeout_s = registration.timeout if kind is FailureKind.TIMEOUT else None
    return HookFailure(registration.name, trigger, kind, error, timeout_s)
