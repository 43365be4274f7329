"""A model that fails: again, elsewhere, with fewer words, or not at all (checks 16, 17, 35-40)."""

from typing import Any

import pytest

from channels_app import AIChannel, AIProvider, MockAIProvider, ProviderError
from channels_app.ai.turn.compaction import HEADLINE, compact, is_overflow
from channels_app.providers.base.ai import (
    AIMessage,
    AITextPart,
    AIToolCallPart,
    AIToolResultPart,
)
from hooks.triggers import HookTrigger
from rooms import RoomKit
from rooms.domain.content import MediaContent
from rooms.domain.policies import RetryPolicy
from rooms.stores.memory import InMemoryStore
from rooms.testing.rig import bodies
from tests import steps
from tests.ai.working import Desk, Recorded, Ticking, call, calling, said, saying
from tests.channels_app.asking import ask
from tests.channels_app.values import make_event
from tests.scene import Scene

AGAIN = ProviderError("overloaded", retryable=True, status_code=529)
NO = ProviderError("bad key", status_code=401)
TOO_LONG = ProviderError("prompt is too long", status_code=400, context_overflow=True)
FAST = RetryPolicy(max_retries=3, base_delay_seconds=1, max_delay_seconds=60)


def patient(provider: AIProvider, **options: Any) -> tuple[Desk, Ticking]:
    clock = Ticking()
    desk = Desk(RoomKit(store=InMemoryStore(), clock=clock), provider, **options)
    return desk, clock


def failing(*errors: Exception | None, streaming: bool = False, **options: Any) -> MockAIProvider:
    return MockAIProvider(errors=errors, streaming=streaming, **options)


async def test_check_35_failures_that_pass_are_tried_again(*, streaming: bool) -> None:
    model = failing(AGAIN, AGAIN, streaming=streaming)
    desk, clock = patient(model, retry_policy=FAST)

    assert await said(await desk.ask(make_event())) == "Hello from AI"
    assert (len(model.calls), clock.slept) == (3, [1.0, 2.0])


async def test_check_35_delays_are_capped() -> None:
    policy = RetryPolicy(max_retries=4, base_delay_seconds=1, max_delay_seconds=3)
    desk, clock = patient(failing(*[AGAIN] * 4), retry_policy=policy)

    await desk.ask(make_event())

    assert clock.slept == [1.0, 2.0, 3.0, 3.0]


async def test_vendors_word_on_when_to_come_back_is_heeded() -> None:
    slow = ProviderError("slow down", retryable=True, status_code=429, retry_after=7.5)
    desk, clock = patient(failing(slow), retry_policy=FAST)

    await desk.ask(make_event())

    assert clock.slept == [7.5]


async def test_vendor_that_wants_to_be_left_alone_for_long_is_left() -> None:
    gone = ProviderError("quota", retryable=True, status_code=429, retry_after=3600)
    other = MockAIProvider(responses=["From the other."])
    desk, clock = patient(failing(gone), retry_policy=FAST, fallback_provider=other)

    assert await said(await desk.ask(make_event())) == "From the other."
    assert clock.slept == []


async def test_check_36_failures_for_good_are_not_tried_again(*, streaming: bool) -> None:
    model, other = failing(NO, streaming=streaming), MockAIProvider()
    agent = AIChannel("agent", model, retry_policy=FAST, fallback_provider=other)

    with pytest.raises(ProviderError, match="bad key"):
        await said(await ask(agent, make_event()))

    assert (len(model.calls), len(other.calls)) == (1, 0)


async def test_check_37_fallback_answers_when_the_model_does_not(*, streaming: bool) -> None:
    model, other = failing(AGAIN, AGAIN, streaming=streaming), MockAIProvider(responses=["Other."])
    policy = RetryPolicy(max_retries=1)
    desk, _ = patient(model, retry_policy=policy, fallback_provider=other)

    assert await said(await desk.ask(make_event())) == "Other."
    assert (len(model.calls), len(other.calls)) == (2, 1)


async def test_check_37_failure_of_both_is_that_of_the_model(*, streaming: bool) -> None:
    other = failing(ProviderError("down too", retryable=True))
    agent = AIChannel("agent", failing(AGAIN, streaming=streaming), fallback_provider=other)

    with pytest.raises(ProviderError, match="overloaded") as caught:
        await said(await ask(agent, make_event()))

    assert (str(caught.value.__cause__), len(other.calls)) == ("down too", 1)


async def test_fallback_that_cannot_see_reads_what_the_model_would_have_seen(
    *, streaming: bool
) -> None:
    blind = MockAIProvider(responses=["A cat?"])
    model = failing(AGAIN, streaming=streaming, vision=True)
    agent = AIChannel("agent", model, fallback_provider=blind)
    picture = MediaContent(
        url="https://x.example/a.png", mime_type="image/png", caption="Which animal is it?"
    )

    assert await said(await ask(agent, make_event(picture))) == "A cat?"
    assert isinstance(model.calls[0].messages[0].content, list)
    [message] = blind.calls[0].messages
    assert message.content == [
        AITextPart(text="Which animal is it?"),
        AITextPart(text="[A picture that cannot be shown to you]"),
    ]


async def test_check_38_nothing_is_tried_again_behind_the_first_delta() -> None:
    model = MockAIProvider(deltas=[["Hel", AGAIN], ["Hello there"]])
    agent = AIChannel("agent", model, retry_policy=FAST, fallback_provider=MockAIProvider())
    output = await ask(agent, make_event())
    assert output.response_stream is not None

    shown = [await anext(output.response_stream)]
    with pytest.raises(ProviderError, match="overloaded"):
        await anext(output.response_stream)

    assert (shown, len(model.calls)) == (["Hel"], 1)


def long_talk() -> list[AIMessage]:
    call_part = AIToolCallPart(id="t1", name="look_up")
    result = AIToolResultPart(tool_call_id="t1", name="look_up", result="found")
    return [
        AIMessage(role="user", content="x" * 900),
        AIMessage(role="assistant", content="b"),
        AIMessage(role="assistant", content=[call_part]),
        AIMessage(role="tool", content=[result]),
        AIMessage(role="user", content="now?"),
    ]


def test_check_39_tool_calls_stay_with_their_results() -> None:
    messages = long_talk()
    messages.insert(0, AIMessage(role="user", content="first"))

    assert compact(messages)  # the middle would lie between the call and its result

    assert [message.role for message in messages] == ["user", "assistant", "tool", "user"]
    assert str(messages[0].content).startswith(HEADLINE)
    assert len(str(messages[0].content)) < 700


def test_check_39_tail_of_tools_is_kept_with_its_call() -> None:
    messages = [*long_talk()[:3], *[long_talk()[3]] * 3]

    assert compact(messages)

    assert [message.role for message in messages] == ["user", "assistant", "tool", "tool", "tool"]


def test_short_talk_is_not_shortened() -> None:
    assert not compact(long_talk()[:4])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TOO_LONG, True),
        (ProviderError("no", code="context_length_exceeded"), True),
        (ProviderError("This model's maximum context length is 8192 tokens"), True),
        # tokens per minute
        (ProviderError("Request too large: prompt is too long", status_code=429), False),
        (NO, False),
    ],
)
def test_check_39_overflow_is_told_from_other_refusals(
    error: ProviderError, *, expected: bool
) -> None:
    assert is_overflow(error) is expected


async def test_check_39_talk_that_is_too_long_is_shortened_once(*, streaming: bool) -> None:
    model = failing(TOO_LONG, streaming=streaming)
    desk, clock = patient(model)
    recent = [make_event(f"message {number}") for number in range(6)]
    context = desk.context().model_copy(update={"recent_events": recent})

    output = await desk.agent.on_event(make_event(), context.bindings[1], context)

    assert await said(output) == "Hello from AI"
    assert [len(each.messages) for each in model.calls] == [7, 5]
    assert clock.slept == []


async def test_check_39_second_overflow_is_a_failure(*, streaming: bool) -> None:
    model = failing(TOO_LONG, TOO_LONG, streaming=streaming)
    desk, _ = patient(model)
    recent = [make_event(f"message {number}") for number in range(6)]
    context = desk.context().model_copy(update={"recent_events": recent})

    with pytest.raises(ProviderError, match="too long"):
        await said(await desk.agent.on_event(make_event(), context.bindings[1], context))

    assert len(model.calls) == 2


async def test_check_40_failure_between_rounds_keeps_the_text_of_this_turn_only(
    kit: RoomKit,
) -> None:
    leaking = ProviderError("req_123 of ACME")
    model = failing(None, leaking, ai_responses=[calling(call(), text="I am looking.")])
    desk = Desk(kit, model, tools=[Recorded()])
    context = desk.context()
    earlier = make_event("An earlier answer", channel_id="agent", sender=None)
    context = context.model_copy(update={"recent_events": [earlier]})

    output = await desk.agent.on_event(make_event(), context.bindings[1], context)

    assert await said(output) == "I am looking."
    assert output.response_outcome is not None
    assert (output.response_outcome.reason, output.response_outcome.error) == ("error", leaking)


async def test_check_17_failure_is_told_to_whoever_runs_the_site(
    kit: RoomKit, *, streaming: bool
) -> None:
    scene, errors = Scene(kit), steps.spy(kit, HookTrigger.ON_ERROR)
    await scene.open()
    await scene.add(AIChannel("agent", failing(NO, streaming=streaming)))

    result = await scene.say("Hello?")

    [report] = await errors.until(1)
    assert report.content.data["error_category"] == "generation"
    assert (result.error, result.blocked) == (NO, False)
    [question] = await scene.rows()
    assert (bodies([question]), question.status) == (["Hello?"], "delivered")


async def test_check_17_failure_in_whose_place_something_was_said_is_told_too(
    kit: RoomKit, *, streaming: bool
) -> None:
    scene, errors = Scene(kit), steps.spy(kit, HookTrigger.ON_ERROR)
    await scene.open()
    model = failing(NO, streaming=streaming)
    await scene.add(AIChannel("agent", model, failure_text="A person will answer you."))

    result = await scene.say("Hello?")

    assert result.error is NO
    assert bodies(await scene.rows()) == ["Hello?", "A person will answer you."]
    [report] = await errors.until(1)
    assert report.content.data["error"] == "bad key"
    answer = (await scene.rows())[1]
    assert answer.metadata["loop_end_reason"] == "error"


async def test_check_40_partial_answer_is_stored_and_its_failure_told(
    kit: RoomKit, *, streaming: bool
) -> None:
    scene, errors = Scene(kit), steps.spy(kit, HookTrigger.ON_ERROR)
    await scene.open()
    answers = [calling(call(), text="I am looking.")]
    model = failing(None, NO, ai_responses=answers, streaming=streaming)
    await scene.add(AIChannel("agent", model, tools=[Recorded()]))

    result = await scene.say("Hello?")

    assert result.error is NO
    assert bodies(await scene.rows()) == ["Hello?", "I am looking."]
    [report] = await errors.until(1)
    assert report.content.data["partial_text"] == "I am looking."


@pytest.mark.parametrize("text", ["", " \n"])
async def test_check_16_empty_answer_makes_no_row(
    kit: RoomKit, text: str, *, streaming: bool
) -> None:
    scene = Scene(kit)
    await scene.open()
    model = MockAIProvider(ai_responses=[saying(text)], streaming=streaming)
    await scene.add(AIChannel("agent", model))

    await scene.say("Hello?")

    assert bodies(await scene.rows()) == ["Hello?"]


async def test_check_5_closing_closes_the_fallback_too_and_twice_does_no_harm() -> None:
    class Closing(MockAIProvider):
        closed = 0

        async def close(self) -> None:
            self.closed += 1

    model, other = Closing(), Closing()
    agent = AIChannel("agent", model, fallback_provider=other)

    await agent.close()
    await agent.close()

    assert (model.closed, other.closed) == (2, 2)
