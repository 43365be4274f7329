"""What is read from Chat Completions, streamed and whole."""

import threading
from typing import Any

import pytest

from channels_app.providers.base.ai import (
    AIMessage,
    AIResponse,
    AIThinkingPart,
    AIToolCallPart,
    AIToolResultPart,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.testing.fakes.openai import SERVED, FakeOpenAI
from channels_app.testing.fakes.openai_script import Answer, Call, Counted
from tests.providers.openai.account import (
    ADD,
    CALLS,
    listen,
    make_context,
    make_provider,
    text_of,
    thoughts_of,
)

COUNTED = Counted(asked=100, answered=40, cached=60, written=10, reasoned=15)
USAGE = {
    "input_tokens": 30,
    "output_tokens": 40,
    "cache_read_input_tokens": 60,
    "cache_creation_input_tokens": 10,
}


async def heard(answer: Answer, fake: FakeOpenAI, **config: Any) -> list[StreamEvent]:
    fake.will(answer)
    provider = make_provider(**config)
    events = await listen(provider, make_context())
    await provider.close()
    return events


async def read(answer: Answer, fake: FakeOpenAI, **config: Any) -> AIResponse:
    fake.will(answer)
    provider = make_provider(**config)
    response = await provider.generate(make_context())
    await provider.close()
    return response


async def test_text_comes_in_pieces_and_usage_at_the_end(fake: FakeOpenAI) -> None:
    events = await heard(Answer(text=("Hel", "lo"), counted=COUNTED), fake)

    assert events == [
        StreamTextDelta(text="Hel"),
        StreamTextDelta(text="lo"),
        StreamDone(finish_reason="stop", usage=USAGE, metadata={"model": "gpt-4o"}),
    ]


async def test_a_piece_is_there_before_the_next_one_is_written(fake: FakeOpenAI) -> None:
    gate = threading.Event()
    fake.will(Answer(text=("Hel", "lo"), gate=gate, gate_after=2))
    provider = make_provider()
    stream = provider.generate_stream(make_context())

    assert await anext(stream) == "Hel"
    gate.set()
    assert [piece async for piece in stream] == ["lo"]
    await provider.close()


async def test_calls_are_put_together_from_fragments_that_come_in_turns(fake: FakeOpenAI) -> None:
    events = await heard(Answer(text=("I see.",), calls=CALLS), fake)

    assert events[1:-1] == [
        StreamToolCall(id="call_a", name="add", arguments={"a": 1}),
        StreamToolCall(id="call_b", name="add", arguments={"a": 2}),
    ]
    assert isinstance(events[-1], StreamDone)
    assert events[-1].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("fragments", "arguments"),
    [
        (('{"a": 1',), {"raw": '{"a": 1'}),
        (("[1]",), {"raw": "[1]"}),
        (('{"a": 1e999}',), {"raw": '{"a": 1e999}'}),
        (('{"a": -Infinity}',), {"raw": '{"a": -Infinity}'}),
        ((), {}),
        (("{}",), {}),
    ],
)
async def test_arguments_that_are_no_object_are_kept_raw(
    fake: FakeOpenAI, fragments: tuple[str, ...], arguments: dict[str, object]
) -> None:
    events = await heard(Answer(calls=(Call("a", "add", fragments),)), fake)

    assert events[0] == StreamToolCall(id="a", name="add", arguments=arguments)


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_why_an_answer_ends_is_passed_on(fake: FakeOpenAI, reason: str) -> None:
    events = await heard(Answer(text=("a",), reason=reason), fake)  # type: ignore[arg-type] # one of them

    assert isinstance(events[-1], StreamDone)
    assert events[-1].finish_reason == reason


async def test_a_refusal_is_said_and_marked(fake: FakeOpenAI) -> None:
    events = await heard(Answer(refusal=("I ", "cannot.")), fake)
    response = await read(Answer(refusal=("I ", "cannot.")), fake)

    assert text_of(events) == response.content == "I cannot."
    assert isinstance(events[-1], StreamDone)
    assert events[-1].metadata["refusal"] is response.metadata["refusal"] is True


async def test_a_whole_answer_is_read_like_a_stream(fake: FakeOpenAI) -> None:
    response = await read(Answer(text=("Hel", "lo"), calls=CALLS, counted=COUNTED), fake)

    assert (response.content, response.finish_reason) == ("Hello", "tool_calls")
    assert response.usage == USAGE
    assert [call.arguments for call in response.tool_calls] == [{"a": 1}, {"a": 2}]
    assert (response.thinking, response.thinking_parts) == (None, [])


async def test_a_stream_without_usage_has_none(compatible: FakeOpenAI) -> None:
    events = await heard(Answer(text=("a",)), compatible, base_url=compatible.api, model=SERVED)

    assert isinstance(events[-1], StreamDone)
    assert events[-1].usage == {}


@pytest.mark.parametrize(
    "pieces",
    [
        ("<think>Hm.</think>\n\nHello <b>",),
        ("<th", "ink>H", "m.</", "think>", "\n\nHello <", "b>"),
        tuple("<think>Hm.</think>\n\nHello <b>"),
    ],
)
async def test_reasoning_within_the_text_is_told_apart_wherever_it_is_cut(
    compatible: FakeOpenAI, pieces: tuple[str, ...]
) -> None:
    config = {"base_url": compatible.api, "model": SERVED}
    events = await heard(Answer(text=pieces), compatible, **config)
    response = await read(Answer(text=pieces), compatible, **config)

    assert (thoughts_of(events), text_of(events)) == ("Hm.", "Hello <b>")
    assert (response.thinking, response.content) == ("Hm.", "Hello <b>")


async def test_what_looks_like_a_tag_at_the_end_is_text(compatible: FakeOpenAI) -> None:
    events = await heard(
        Answer(text=("a <thin",)), compatible, base_url=compatible.api, model=SERVED
    )

    assert text_of(events) == "a <thin"


async def test_openais_own_models_may_write_the_tag(fake: FakeOpenAI) -> None:
    events = await heard(Answer(text=("Use <think>.",)), fake)

    assert text_of(events) == "Use <think>."


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_with_a_field_of_its_own_goes_back_in_that_field(field: str) -> None:
    with FakeOpenAI(compatible=True, reasoning_field=field).serving() as server:
        server.will(Answer(reasoning=("H", "m."), calls=(CALLS[0],)))
        provider = make_provider(server.api, model=SERVED)
        events = await listen(provider, make_context(tools=[ADD]))
        thought = AIThinkingPart(thinking=thoughts_of(events), metadata={"field": field})
        await provider.generate(make_context(*_answered(thought)))
        await provider.close()

    assert events[:3] == [
        StreamThinkingDelta(thinking="H"),
        StreamThinkingDelta(thinking="m."),
        StreamThinkingDelta(thinking="", metadata={"field": field}),
    ]
    assert server.requests[-1].json()["messages"][1][field] == "Hm."


async def test_a_round_of_tools_is_taken(fake: FakeOpenAI) -> None:
    fake.will(Answer(calls=CALLS), Answer(text=("Three",)))
    provider = make_provider()
    first = await provider.generate(make_context(tools=[ADD]))
    results = [
        AIToolResultPart(tool_call_id=call.id, name=call.name, result="3")
        for call in first.tool_calls
    ]
    calls = [AIToolCallPart(**call.model_dump()) for call in first.tool_calls]
    second = await provider.generate(
        make_context(
            AIMessage(role="user", content="Add"),
            AIMessage(role="assistant", content=[*calls]),
            AIMessage(role="tool", content=[*results]),
            tools=[ADD],
        )
    )
    await provider.close()

    assert (second.content, fake.refusals) == ("Three", [])


def _answered(thought: AIThinkingPart) -> list[AIMessage]:
    call = AIToolCallPart(id="call_a", name="add", arguments={"a": 1})
    result = AIToolResultPart(tool_call_id="call_a", name="add", result="1")
    return [
        AIMessage(role="user", content="Add"),
        AIMessage(role="assistant", content=[thought, call]),
        AIMessage(role="tool", content=[result]),
    ]
