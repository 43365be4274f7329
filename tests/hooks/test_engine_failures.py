import asyncio
from collections.abc import Callable

import pytest

from hooks.engine import HookEngine
from hooks.outcomes import FailureKind, HookFailure, HookOutcome, OutcomeKind
from hooks.registration import HookFn, HookRegistration
from hooks.results import HookResult, Task
from hooks.triggers import HookExecution, HookTrigger

Add = Callable[..., None]
Noting = Callable[..., HookFn]
Calls = list[tuple[str, object]]

BEFORE = HookTrigger.BEFORE_BROADCAST
CLOSED = [HookTrigger.BEFORE_TTS, HookTrigger.ON_TRANSCRIPTION]


async def raises(event: object, context: object) -> object:
    raise LookupError("no such customer")


async def hangs(event: object, context: object) -> object:
    return await asyncio.Event().wait()


async def returns_none(event: object, context: object) -> object:
    return None


async def returns_garbage(event: object, context: object) -> object:
    return {"action": "block"}


async def replaces_by_another_type(event: object, context: object) -> object:
    return HookResult.modify(42)


async def replaces_by_none(event: object, context: object) -> object:
    return HookResult.modify(None)


async def replaces_by_nothing(event: object, context: object) -> object:
    return HookResult(action="modify")


FAILING = [
    (raises, FailureKind.ERROR),
    (hangs, FailureKind.TIMEOUT),
    (returns_none, FailureKind.BAD_RESULT),
    # looks like a result and is none
    (returns_garbage, FailureKind.BAD_RESULT),
    (replaces_by_another_type, FailureKind.BAD_PAYLOAD),
    (replaces_by_none, FailureKind.BAD_PAYLOAD),
    # says modify and forgets the payload
    (replaces_by_nothing, FailureKind.BAD_PAYLOAD),
]


@pytest.mark.parametrize(("failing", "kind"), FAILING)
async def test_a_failing_hook_counts_as_an_allow_and_hands_on_what_it_got(
    engine: HookEngine,
    add: Add,
    noting: Noting,
    calls: Calls,
    failing: HookFn,
    kind: FailureKind,
) -> None:
    add(noting("redact", HookResult.modify("clean")), priority=-1)
    add(failing, timeout=0.001)
    add(noting("next"), priority=1)
    result = await engine.run_sync_hooks("room", BEFORE, "dirty", None)
    assert (result.allowed, result.event) == (True, "clean")
    assert calls[1] == ("next", "clean")
    assert [(f.hook_name, f.kind) for f in result.failures] == [(failing.__name__, kind)]


@pytest.mark.parametrize("trigger", CLOSED)
@pytest.mark.parametrize(("failing", "kind"), FAILING)
async def test_around_speech_a_failing_hook_blocks(
    engine: HookEngine,
    add: Add,
    noting: Noting,
    trigger: HookTrigger,
    failing: HookFn,
    kind: FailureKind,
) -> None:
    add(failing, trigger=trigger, timeout=0.001)
    add(noting("next", HookResult.modify("the chain went on")), trigger=trigger)
    result = await engine.run_sync_hooks("room", trigger, "my number is 046", None)
    assert (result.allowed, result.blocked_by) == (False, failing.__name__)
    assert result.event == "my number is 046"
    assert f"{trigger} fails closed" in str(result.reason)
    assert [failure.kind for failure in result.failures] == [kind]


async def test_a_redaction_to_nothing_is_no_failure_around_speech(
    engine: HookEngine, add: Add, noting: Noting
) -> None:
    add(noting("redact", HookResult.modify("")), trigger=HookTrigger.ON_TRANSCRIPTION)
    result = await engine.run_sync_hooks("room", HookTrigger.ON_TRANSCRIPTION, "046", None)
    assert (result.allowed, result.event) == (True, "")


async def test_what_earlier_hooks_left_survives_failing_closed(
    engine: HookEngine, add: Add, noting: Noting
) -> None:
    left = HookResult(action="allow", tasks=[Task(title="Call back")])
    add(noting("notice", left), raises, trigger=HookTrigger.BEFORE_TTS)
    result = await engine.run_sync_hooks("room", HookTrigger.BEFORE_TTS, "hello", None)
    assert [task.title for task in result.tasks] == ["Call back"]


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (raises, "hook 'raises' raised LookupError: no such customer"),
        (hangs, "hook 'hangs' took longer than 0.001 s"),
        (returns_none, "hook 'returns_none' returned NoneType; return HookResult.allow()"),
        (replaces_by_another_type, "hook 'replaces_by_another_type' replaces str by int"),
        (replaces_by_nothing, "use HookResult.modify(payload)"),
    ],
)
async def test_a_failure_says_what_happened(
    engine: HookEngine, add: Add, failing: HookFn, told: str
) -> None:
    add(failing, timeout=0.001)
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert told in result.failures[0].reason


async def test_only_a_timeout_carries_its_length(engine: HookEngine, add: Add) -> None:
    add(hangs, raises, timeout=0.002)
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert [failure.timeout for failure in result.failures] == [0.002, None]


async def test_a_timeout_that_the_hook_met_itself_is_an_error(engine: HookEngine, add: Add) -> None:
    async def asks_slow_service(event: object, context: object) -> object:
        async with asyncio.timeout(0):
            return await hangs(event, context)

    add(asks_slow_service)
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert result.failures[0].kind is FailureKind.ERROR
    assert isinstance(result.failures[0].error, TimeoutError)


async def test_an_answer_after_the_time_is_a_timeout(engine: HookEngine, add: Add) -> None:
    async def stubborn(event: object, context: object) -> object:
        try:
            await hangs(event, context)
        except asyncio.CancelledError:
            return HookResult[object].block("too late")
        return None

    add(stubborn, timeout=0.001)
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert (result.allowed, result.failures[0].kind) == (True, FailureKind.TIMEOUT)


def failing_engine(**listeners: Callable[..., object]) -> HookEngine:
    engine: HookEngine = HookEngine(**listeners)  # type: ignore[arg-type]
    engine.register(HookRegistration(BEFORE, HookExecution.SYNC, raises))
    return engine


async def test_failures_are_told_to_a_plain_listener() -> None:
    heard: list[tuple[str, HookFailure]] = []
    engine = failing_engine(on_failure=lambda room_id, failure: heard.append((room_id, failure)))
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert heard == [("room", result.failures[0])]


async def test_failures_are_told_to_an_async_listener_before_the_chain_goes_on() -> None:
    heard: list[str] = []

    async def listen(room_id: str, failure: HookFailure) -> None:
        heard.append(failure.hook_name)

    await failing_engine(on_failure=listen).run_sync_hooks("room", BEFORE, "hello", None)
    assert heard == ["raises"]


@pytest.mark.parametrize("listener", ["on_failure", "on_outcome"])
async def test_a_listener_that_raises_disturbs_nobody(
    listener: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*told: object) -> None:
        raise RuntimeError("listener broke")

    engine = failing_engine(**{listener: broken})
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert result.allowed
    assert "listener broke" in caplog.text


async def test_a_failure_is_logged_with_ids_and_without_the_payload(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await failing_engine().run_sync_hooks("room", BEFORE, "my number is 046", None)
    record = caplog.records[0]
    assert (record.name, record.message) == ("roomkit.hooks", "hook failed")
    assert vars(record)["hook_name"] == "raises"
    assert vars(record)["room_id"] == "room"
    assert "046" not in caplog.text


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (HookResult[str].allow(), OutcomeKind.ALLOWED, ""),
        (HookResult[str].block("rude"), OutcomeKind.BLOCKED, "rude"),
        (HookResult.modify("new"), OutcomeKind.MODIFIED, ""),
        ("yes", OutcomeKind.BAD_RESULT, "hook 'noted' returned str"),
        (HookResult.modify(1), OutcomeKind.BAD_PAYLOAD, "hook 'noted' replaces str by int"),
    ],
)
async def test_each_run_is_told_to_the_outcome_listener(
    noting: Noting, answer: object, kind: OutcomeKind, reason: str
) -> None:
    heard: list[HookOutcome] = []
    ticks = iter([10.0, 10.25])
    engine: HookEngine = HookEngine(on_outcome=heard.append, clock=lambda: next(ticks))
    engine.register(HookRegistration(BEFORE, HookExecution.SYNC, noting("noted", answer)))
    await engine.run_sync_hooks("room", BEFORE, "hello", None)
    [outcome] = heard
    assert (outcome.room_id, outcome.hook_name, outcome.kind) == ("room", "noted", kind)
    assert outcome.duration_ms == 250.0
    assert outcome.reason.startswith(reason)


@pytest.mark.parametrize(
    ("kind", "noteworthy"),
    [
        (OutcomeKind.ALLOWED, False),
        (OutcomeKind.MODIFIED, False),
        (OutcomeKind.OBSERVED, False),
        (OutcomeKind.ANSWERED, False),
        (OutcomeKind.BLOCKED, True),
        (OutcomeKind.ERROR, True),
        (OutcomeKind.TIMEOUT, True),
        (OutcomeKind.BAD_RESULT, True),
        (OutcomeKind.BAD_PAYLOAD, True),
    ],
)
def test_blocks_and_failures_are_noteworthy(kind: OutcomeKind, *, noteworthy: bool) -> None:
    outcome = HookOutcome("room", BEFORE, "hook", kind, 1.0)
    assert outcome.is_noteworthy is noteworthy
