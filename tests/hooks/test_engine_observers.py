import asyncio
from collections.abc import Callable

import pytest

from hooks.engine import HookEngine
from hooks.outcomes import FailureKind, HookOutcome, OutcomeKind
from hooks.registration import HookFn, HookRegistration
from hooks.results import HookResult
from hooks.triggers import HookExecution, HookTrigger

Add = Callable[..., None]
Noting = Callable[..., HookFn]
Calls = list[tuple[str, object]]

AFTER = HookTrigger.AFTER_BROADCAST
ASYNC = HookExecution.ASYNC


async def raises(event: object, context: object) -> object:
    raise LookupError("no such customer")


async def hangs(event: object, context: object) -> object:
    return await asyncio.Event().wait()


async def test_observers_run_at_the_same_time(engine: HookEngine, add: Add) -> None:
    barrier = asyncio.Barrier(3)

    async def meets(event: object, context: object) -> object:
        return await barrier.wait()

    add(meets, meets, meets, trigger=AFTER, execution=ASYNC, timeout=5.0)
    assert await engine.run_async_hooks("room", AFTER, "hello", None) == []


async def test_nothing_runs_where_nothing_is_registered(engine: HookEngine) -> None:
    assert await engine.run_async_hooks("room", AFTER, "hello", None) == []


async def test_observers_that_fail_leave_the_others_alone(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(raises, hangs, noting("sound"), trigger=AFTER, execution=ASYNC, timeout=0.001)
    failures = await engine.run_async_hooks("room", AFTER, "hello", None)
    assert calls == [("sound", "hello")]
    assert {(failure.hook_name, failure.kind) for failure in failures} == {
        ("raises", FailureKind.ERROR),
        ("hangs", FailureKind.TIMEOUT),
    }


@pytest.mark.parametrize("answer", [HookResult[str].block("no"), HookResult.modify("new"), "yes"])
async def test_what_an_observer_returns_changes_nothing(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls, answer: object
) -> None:
    add(noting("one", answer), noting("two"), trigger=AFTER, execution=ASYNC)
    failures = await engine.run_async_hooks("room", AFTER, "hello", None)
    assert (failures, sorted(calls)) == ([], [("one", "hello"), ("two", "hello")])


async def test_on_a_trigger_that_cannot_block_every_hook_observes(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(noting("sync"), trigger=AFTER)
    add(noting("async"), trigger=AFTER, execution=ASYNC)
    await engine.run_async_hooks("room", AFTER, "hello", None)
    assert sorted(name for name, _ in calls) == ["async", "sync"]


async def test_on_a_trigger_that_can_block_only_async_hooks_observe_the_final_payload(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    before = HookTrigger.BEFORE_BROADCAST
    add(noting("redact", HookResult.modify("clean")))
    add(noting("observer"), execution=ASYNC)
    result = await engine.run_sync_hooks("room", before, "dirty", None)
    await engine.run_async_hooks("room", before, result.event, None)
    assert calls == [("redact", "dirty"), ("observer", "clean")]


@pytest.mark.parametrize(
    ("options", "ran"),
    [
        ({"name_prefix": "audit."}, ["audit.log"]),
        ({"exclude_name_prefix": "audit."}, ["count"]),
        ({"name_prefix": "audit.", "exclude_name_prefix": "audit.l"}, []),
    ],
)
async def test_observers_can_be_chosen_by_the_start_of_their_name(
    engine: HookEngine,
    add: Add,
    noting: Noting,
    calls: Calls,
    options: dict[str, str],
    ran: list[str],
) -> None:
    add(noting("audit.log"), noting("count"), trigger=AFTER, execution=ASYNC)
    await engine.run_async_hooks("room", AFTER, "hello", None, **options)  # type: ignore[arg-type]
    assert [name for name, _ in calls] == ran


async def test_a_cancelled_caller_takes_its_observers_along(engine: HookEngine, add: Add) -> None:
    started, ended = asyncio.Barrier(3), []

    async def lingers(event: object, context: object) -> object:
        try:
            await started.wait()
            return await hangs(event, context)
        finally:
            ended.append(event)

    add(lingers, lingers, trigger=AFTER)
    caller = asyncio.create_task(engine.run_async_hooks("room", AFTER, "hello", None))
    await started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended == ["hello", "hello"]


async def test_outcomes_and_failures_of_observers_are_told(noting: Noting) -> None:
    outcomes: list[HookOutcome] = []
    failed: list[str] = []
    engine: HookEngine = HookEngine(
        on_outcome=outcomes.append, on_failure=lambda _, failure: failed.append(failure.hook_name)
    )
    for fn in (noting("sound"), raises):
        engine.register(HookRegistration(AFTER, ASYNC, fn))
    await engine.run_async_hooks("room", AFTER, "hello", None)
    kinds = {outcome.hook_name: outcome.kind for outcome in outcomes}
    assert kinds == {"sound": OutcomeKind.OBSERVED, "raises": OutcomeKind.ERROR}
    assert failed == ["raises"]


async def test_outcomes_name_the_event(noting: Noting) -> None:
    class Event:
        id = "event-1"

    outcomes: list[HookOutcome] = []
    engine: HookEngine = HookEngine(on_outcome=outcomes.append)
    engine.register(HookRegistration(AFTER, ASYNC, noting("sound")))
    await engine.run_async_hooks("room", AFTER, Event(), None)
    await engine.run_async_hooks("room", AFTER, "no id", None)
    assert [outcome.event_id for outcome in outcomes] == ["event-1", ""]
