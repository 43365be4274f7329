"""The scripted model, and what the contract of models gives for free."""

import asyncio
import inspect

import pytest

from channels_app import (
    AIContext,
    AIMessage,
    AIProvider,
    AIResponse,
    AIToolCall,
    MockAIProvider,
    ProviderError,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.providers.base.ai import AIThinkingPart, AIToolResultPart
from channels_app.providers.mock.ai import IllegalMessages

CONTEXT = AIContext(messages=[AIMessage(role="user", content="Hello")])
ANSWER = AIResponse(
    content="Let me look.",
    thinking="An order?",
    finish_reason="tool_calls",
    usage={"input_tokens": 7, "output_tokens": 3},
    tool_calls=[AIToolCall(id="t1", name="look_up", arguments={"order": "20391"})],
)
ANSWER_AS_STREAM: list[StreamEvent] = [
    StreamThinkingDelta(thinking="An order?"),
    StreamTextDelta(text="Let me look."),
    StreamToolCall(id="t1", name="look_up", arguments={"order": "20391"}),
    StreamDone(finish_reason="tool_calls", usage={"input_tokens": 7, "output_tokens": 3}),
]


class Whole(AIProvider):
    """A model that answers in one piece only."""

    model_name = "whole"

    async def generate(self, context: AIContext) -> AIResponse:
        return ANSWER


async def answers(provider: MockAIProvider, count: int) -> list[str]:
    return [(await provider.generate(CONTEXT)).content for _ in range(count)]


async def streamed(provider: AIProvider) -> list[StreamEvent]:
    return [event async for event in provider.generate_structured_stream(CONTEXT)]


def test_first_parameters_are_the_promised_ones() -> None:
    first = list(inspect.signature(MockAIProvider).parameters.values())[:4]

    assert [(each.name, each.default) for each in first] == [
        ("responses", None),
        ("vision", False),
        ("ai_responses", None),
        ("streaming", False),
    ]
    assert first[1].kind is inspect.Parameter.KEYWORD_ONLY


async def test_answers_go_round() -> None:
    assert await answers(MockAIProvider(responses=["a", "b"]), 3) == ["a", "b", "a"]


async def test_model_without_a_script_says_hello() -> None:
    assert await answers(MockAIProvider(), 1) == ["Hello from AI"]


async def test_whole_answers_win_over_texts() -> None:
    provider = MockAIProvider(responses=["a"], ai_responses=[ANSWER])

    assert await provider.generate(CONTEXT) == ANSWER


async def test_usage_has_the_same_keys_as_real_models() -> None:
    answer = await MockAIProvider().generate(CONTEXT)

    assert (answer.usage, answer.finish_reason) == (
        {"input_tokens": 10, "output_tokens": 5},
        "stop",
    )


async def test_calls_keep_what_each_call_was_given() -> None:
    provider, context = MockAIProvider(), AIContext(messages=CONTEXT.messages)

    await provider.generate(context)
    context.messages.append(AIMessage(role="assistant", content="later"))

    assert [call.messages for call in provider.calls] == [CONTEXT.messages]


@pytest.mark.parametrize("vision", [True, False])
@pytest.mark.parametrize("streaming", [True, False])
def test_model_claims_what_it_was_told_to(*, vision: bool, streaming: bool) -> None:
    provider = MockAIProvider(vision=vision, streaming=streaming)

    assert provider.supports_vision is vision
    assert provider.supports_streaming is streaming
    assert provider.supports_structured_streaming is streaming
    assert provider.model_name == "mock"


async def test_text_is_one_delta_unless_deltas_are_scripted() -> None:
    assert [d async for d in MockAIProvider(streaming=True).generate_stream(CONTEXT)] == [
        "Hello from AI"
    ]


async def test_scripted_deltas_are_streamed_and_joined() -> None:
    provider = MockAIProvider(deltas=[["Hel", "lo"], ["Bye"]])

    deltas = [delta async for delta in provider.generate_stream(CONTEXT)]

    assert provider.supports_streaming
    assert (deltas, await answers(provider, 2)) == (["Hel", "lo"], ["Bye", "Hello"])


async def test_errors_hit_the_calls_they_stand_for() -> None:
    provider = MockAIProvider(errors=[None, ProviderError("overloaded")])

    first = await answers(provider, 1)
    with pytest.raises(ProviderError, match="overloaded"):
        await provider.generate(CONTEXT)

    assert (first, await answers(provider, 1)) == (["Hello from AI"], ["Hello from AI"])


async def test_stream_breaks_where_the_script_says() -> None:
    deltas = MockAIProvider(deltas=[["Hel", ProviderError("cut")]]).generate_stream(CONTEXT)

    before = await anext(deltas)
    with pytest.raises(ProviderError, match="cut"):
        await anext(deltas)

    assert before == "Hel"


async def test_answer_waits_for_its_latency() -> None:
    gate = asyncio.Event()
    answer = asyncio.create_task(MockAIProvider(latency=gate.wait).generate(CONTEXT))
    await asyncio.sleep(0)
    early = answer.done()

    gate.set()

    assert (early, (await answer).content) == (False, "Hello from AI")


async def test_messages_that_vendors_refuse_are_refused() -> None:
    provider = MockAIProvider(streaming=True)
    orphan = AIToolResultPart(tool_call_id="t1", name="look_up", result="found")
    context = AIContext(messages=[AIMessage(role="tool", content=[orphan])])

    with pytest.raises(IllegalMessages, match="no open tool call has the id 't1'"):
        await provider.generate(context)
    with pytest.raises(IllegalMessages, match="vendors refuse"):
        await anext(provider.generate_stream(context))

    assert len(provider.calls) == 2


async def test_what_vendors_want_back_is_streamed_with_it() -> None:
    part = AIThinkingPart(thinking="An order?", signature="s", metadata={"id": "r1"})
    call = AIToolCall(id="t1", name="look_up", metadata={"thought_signature": "c2ln"})
    answer = AIResponse(content="", thinking_parts=[part], tool_calls=[call])

    thought, called, _ = await streamed(MockAIProvider(ai_responses=[answer]))

    assert thought == StreamThinkingDelta(
        thinking="An order?", signature="s", metadata={"id": "r1"}
    )
    assert called == StreamToolCall(**call.model_dump())


@pytest.mark.parametrize(
    "provider", [MockAIProvider(ai_responses=[ANSWER]), Whole()], ids=["mock", "default"]
)
async def test_structured_stream_holds_everything_in_order(provider: AIProvider) -> None:
    assert await streamed(provider) == ANSWER_AS_STREAM


def test_model_that_does_not_stream_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Whole does not stream text"):
        Whole().generate_stream(CONTEXT)


def test_model_can_nothing_special_unless_it_says_so() -> None:
    provider = Whole()

    assert provider.name == "Whole"
    assert not provider.supports_vision
    assert not provider.supports_streaming
    assert not provider.supports_structured_streaming


def test_provider_error_may_not_be_retried_unless_it_says_so() -> None:
    error = ProviderError("refused", provider="anthropic", status_code=401)

    assert (str(error), error.retryable) == ("refused", False)
    assert (error.provider, error.status_code) == ("anthropic", 401)
