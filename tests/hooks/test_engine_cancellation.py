import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hooks.engine import HookEngine
from hooks.outcomes import FailureKind
from hooks.results import HookResult
from hooks.triggers import HookTrigger

Add = Callable[..., None]

BEFORE = HookTrigger.BEFORE_BROADCAST


async def hangs(event: object, context: object) -> object:
    return await asyncio.Event().wait()


async def test_a_cancellation_that_the_hook_met_itself_is_an_error(
    engine: HookEngine, add: Add
) -> None:
    async def awaits_cancelled_task(event: object, context: object) -> object:
        task = asyncio.ensure_future(hangs(event, context))
        task.cancel()
        return await task

    add(awaits_cancelled_task)
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert (result.allowed, result.failures[0].kind) == (True, FailureKind.ERROR)


async def swallows(waiting: Awaitable[object]) -> object:
    try:
        return await waiting
    except asyncio.CancelledError:
        return HookResult[object].allow()


async def breaks(waiting: Awaitable[object]) -> object:
    try:
        return await waiting
    except asyncio.CancelledError as error:
        raise LookupError("lost") from error


async def lets_through(waiting: Awaitable[object]) -> object:
    return await waiting


@pytest.mark.parametrize("manner", [lets_through, swallows, breaks])
async def test_a_cancelled_caller_is_cancelled_whatever_the_hook_does(
    engine: HookEngine, add: Add, manner: Callable[[Awaitable[object]], Awaitable[object]]
) -> None:
    started = asyncio.Event()

    async def hook(event: object, context: object) -> object:
        started.set()
        return await manner(hangs(event, context))

    add(hook)
    caller = asyncio.create_task(engine.run_sync_hooks("room", BEFORE, "hello", None))
    await started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_a_timeout_of_the_caller_reaches_the_caller(engine: HookEngine, add: Add) -> None:
    add(hangs)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await engine.run_sync_hooks("room", BEFORE, "hello", None)
