"""Hooks that are asked for an answer, as identity hooks are."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from hooks.engine import HookEngine
from hooks.outcomes import FailureKind, HookFailure, HookOutcome, OutcomeKind
from hooks.registration import HookFn, HookRegistration
from hooks.triggers import HookExecution, HookTrigger

Add = Callable[..., None]

UNKNOWN = HookTrigger.ON_IDENTITY_UNKNOWN


@dataclass
class Answer:
    name: str


@dataclass
class Source:
    channel_type: str = "sms"
    channel_id: str = "sms-1"
    direction: str = "inbound"


@dataclass
class Message:
    source: Source = field(default_factory=Source)


async def silent(event: object, context: object, looked_up: object) -> Answer | None:
    return None


async def answers(event: object, context: object, looked_up: object) -> Answer | None:
    return Answer(f"{event} {context} {looked_up}")


async def answers_late(event: object, context: object, looked_up: object) -> Answer | None:
    return Answer("late")


async def raises(event: object, context: object, looked_up: object) -> Answer | None:
    raise LookupError("directory is down")


async def hangs(event: object, context: object, looked_up: object) -> Answer | None:
    await asyncio.Event().wait()
    return Answer("never")


async def talks_nonsense(event: object, context: object, looked_up: object) -> str:
    return "alice"


async def takes_too_little(event: object) -> Answer | None:
    return Answer("never")


async def test_the_first_answer_wins(engine: HookEngine, add: Add) -> None:
    add(silent, answers, answers_late, trigger=UNKNOWN)
    found = await engine.run_first("room", UNKNOWN, "event", "context", "result")
    assert found == Answer("event context result")


@pytest.mark.parametrize("hooks", [[], [silent, silent]])
async def test_silence_is_no_answer(engine: HookEngine, add: Add, hooks: list[HookFn]) -> None:
    add(*hooks, trigger=UNKNOWN)
    assert await engine.run_first("room", UNKNOWN, "event", "context", "result") is None


@pytest.mark.parametrize(
    ("failing", "kind"),
    [
        (raises, FailureKind.ERROR),
        (hangs, FailureKind.TIMEOUT),
        (talks_nonsense, FailureKind.BAD_RESULT),
        # a hook written for another kind of trigger
        (takes_too_little, FailureKind.ERROR),
    ],
)
async def test_a_failing_hook_has_not_answered(failing: HookFn, kind: FailureKind) -> None:
    failures: list[HookFailure] = []
    engine: HookEngine = HookEngine(on_failure=lambda _, failure: failures.append(failure))
    for fn in (failing, answers_late):
        engine.register(HookRegistration(UNKNOWN, HookExecution.SYNC, fn, timeout=0.001))
    found = await engine.run_first("room", UNKNOWN, "e", "c", "r", answer_type=Answer)
    assert found == Answer("late")
    assert [failure.kind for failure in failures] == [kind]


async def test_an_answer_of_the_wrong_type_says_what_was_expected(add: Add) -> None:
    failures: list[HookFailure] = []
    engine: HookEngine = HookEngine(on_failure=lambda _, failure: failures.append(failure))
    engine.register(HookRegistration(UNKNOWN, HookExecution.SYNC, talks_nonsense))
    await engine.run_first("room", UNKNOWN, "e", "c", "r", answer_type=Answer)
    assert failures[0].reason == "hook 'talks_nonsense' returned str; return Answer or None"


@pytest.mark.parametrize(
    ("channel_types", "answered"),
    [({"sms"}, True), ({"email"}, False)],
)
async def test_filters_choose_who_is_asked(
    engine: HookEngine, add: Add, channel_types: set[str], *, answered: bool
) -> None:
    add(answers_late, trigger=UNKNOWN, channel_types=channel_types)
    found = await engine.run_first("room", UNKNOWN, Message(), None, None)
    assert (found is not None) is answered


async def test_observers_are_not_asked(engine: HookEngine, add: Add) -> None:
    add(answers_late, trigger=UNKNOWN, execution=HookExecution.ASYNC)
    assert await engine.run_first("room", UNKNOWN, "event", None, None) is None


async def test_a_trigger_that_cannot_block_asks_nobody(engine: HookEngine) -> None:
    with pytest.raises(ValueError, match="on_error only observe"):
        await engine.run_first("room", HookTrigger.ON_ERROR, "event", None)


async def test_each_hook_that_was_asked_is_told_to_the_outcome_listener() -> None:
    heard: list[HookOutcome] = []
    engine: HookEngine = HookEngine(on_outcome=heard.append)
    for fn in (silent, answers, answers_late):
        engine.register(HookRegistration(UNKNOWN, HookExecution.SYNC, fn))
    await engine.run_first("room", UNKNOWN, "event", None, None)
    assert [outcome.kind for outcome in heard] == [OutcomeKind.OBSERVED, OutcomeKind.ANSWERED]
