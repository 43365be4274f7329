"""Answers of an agent whose model streams."""

import logging

import pytest

from channels_app import (
    AIChannel,
    AIResponse,
    AIToolCall,
    MockAIProvider,
    ProviderError,
)
from rooms.domain.content import TextContent
from rooms.domain.output import ChannelOutput
from tests.channels_app.asking import PlainStreamer, ask, read
from tests.channels_app.values import (
    make_event,
)


async def test_streaming_model_is_asked_when_the_stream_is_read() -> None:
    provider = MockAIProvider(deltas=[["It ", "shipped."]])
    output = await ask(AIChannel("agent", provider), make_event())
    calls_before = len(provider.calls)

    deltas = await read(output)

    assert (calls_before, len(provider.calls)) == (0, 1)
    assert deltas == ["It ", "shipped."]
    assert (output.responded, output.response_events) == (True, [])


async def test_usage_of_a_stream_is_there_when_it_ends() -> None:
    output = await ask(AIChannel("agent", MockAIProvider(streaming=True)), make_event())

    await read(output)

    assert output.response_metadata == {"ai_usage": {"input_tokens": 10, "output_tokens": 5}}


async def test_two_streams_do_not_share_their_facts() -> None:
    agent = AIChannel("agent", MockAIProvider(streaming=True))
    first, second = await ask(agent, make_event()), await ask(agent, make_event())

    await read(first)

    assert second.response_metadata == {}
    assert ChannelOutput.empty().response_metadata == {}


async def test_model_that_streams_plain_text_only_is_streamed() -> None:
    provider = PlainStreamer(MockAIProvider(deltas=[["a", "b"]]))

    output = await ask(AIChannel("agent", provider), make_event())

    assert await read(output) == ["a", "b"]


async def test_failure_within_a_stream_comes_after_the_text_before_it() -> None:
    provider = MockAIProvider(deltas=[["Hel", ProviderError("cut")]])
    output = await ask(AIChannel("agent", provider), make_event())
    assert output.response_stream is not None

    before = await anext(output.response_stream)
    with pytest.raises(ProviderError, match="cut"):
        await anext(output.response_stream)

    assert before == "Hel"


async def test_stream_closed_unread_asks_nobody() -> None:
    provider = MockAIProvider(streaming=True)
    output = await ask(AIChannel("agent", provider), make_event())

    await output.response_stream.aclose()  # type: ignore[union-attr]  # as the pipeline does it

    assert provider.calls == []


@pytest.mark.parametrize("streaming", [True, False])
async def test_tool_calls_of_the_model_are_logged_and_left(
    caplog: pytest.LogCaptureFixture, *, streaming: bool
) -> None:
    answer = AIResponse(content="Let me look.", tool_calls=[AIToolCall(id="t1", name="look_up")])
    provider = MockAIProvider(ai_responses=[answer], streaming=streaming)

    output = await ask(AIChannel("agent", provider), make_event())
    said = await read(output) if streaming else [text(output)]

    assert said == ["Let me look."]
    assert [(each.levelno, each.__dict__["tool_name"]) for each in caplog.records] == [
        (logging.WARNING, "look_up")
    ]


def text(output: ChannelOutput) -> str:
    (answer,) = output.response_events
    assert isinstance(answer.content, TextContent)
    return answer.content.body
