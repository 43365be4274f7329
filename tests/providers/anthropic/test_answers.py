"""What is read of Anthropic's answers."""

import threading
from contextlib import aclosing

import pytest

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.base.ai import (
    AIThinkingPart,
    AIToolCall,
    StreamDone,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import (
    Hold,
    Ping,
    Redacted,
    Reply,
    Text,
    Thinking,
    ToolUse,
)
from tests.providers.anthropic.asking import LOOK, ask, make_provider, read

USAGE = {
    "input_tokens": 12,
    "output_tokens": 7,
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 0,
}


async def test_a_stream_comes_in_the_order_of_the_answer(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(
        Reply(
            Thinking("h", "m", signature="sig-1"),
            Redacted("secret"),
            Text("Hel", Ping(), "lo"),
            ToolUse("t1", "look", pieces=('{"wh', 'ere": "th', 'ere"}')),
            ToolUse("t2", "look"),
        )
    )

    events = await read(provider, ask(tools=[LOOK]))

    assert events == [
        StreamThinkingDelta(thinking="h"),
        StreamThinkingDelta(thinking="m"),
        StreamThinkingDelta(thinking="", signature="sig-1"),
        StreamThinkingDelta(thinking="", metadata={"redacted": "secret"}),
        StreamTextDelta(text="Hel"),
        StreamTextDelta(text="lo"),
        StreamToolCall(id="t1", name="look", arguments={"where": "there"}),
        StreamToolCall(id="t2", name="look"),
        StreamDone(finish_reason="tool_use", usage=USAGE),
    ]


async def test_a_whole_answer_says_the_same(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(
        Reply(Thinking("hm"), Redacted("x"), Text("Hel", "lo"), ToolUse("t1", "look", {"a": 1}))
    )

    answer = await provider.generate(ask(tools=[LOOK]))

    assert (answer.content, answer.thinking, answer.thinking_signature) == ("Hello", "hm", "sig-1")
    assert answer.thinking_parts == [
        AIThinkingPart(thinking="hm", signature="sig-1"),
        AIThinkingPart(thinking="", metadata={"redacted": "x"}),
    ]
    assert answer.tool_calls == [AIToolCall(id="t1", name="look", arguments={"a": 1})]
    assert (answer.finish_reason, answer.usage) == ("tool_use", USAGE)


async def test_a_stream_of_text_is_only_its_text(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(Reply(Thinking("hm"), Text("Hel", "lo")))

    assert [piece async for piece in provider.generate_stream(ask())] == ["Hel", "lo"]


async def test_a_delta_is_given_before_the_next_is_written(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    gate = threading.Event()
    fake.reply_with(Reply(Text("Hel", Hold(gate), "lo")))
    seen = []

    async for piece in provider.generate_stream(ask()):
        seen.append((piece, gate.is_set()))
        gate.set()

    assert seen == [("Hel", False), ("lo", True)]


async def test_a_reader_may_leave_early(fake: FakeAnthropic, provider: AnthropicAIProvider) -> None:
    gate = threading.Event()
    fake.reply_with(Reply(Text("Hel", Hold(gate), "lo")))

    async with aclosing(provider.generate_stream(ask())) as pieces:
        assert await anext(pieces) == "Hel"
    gate.set()

    assert (await provider.generate(ask())).content == "Hello there."


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        (('{"a"', ": 1"), {"raw": '{"a": 1'}),
        (("[1]",), {"raw": "[1]"}),
        (('{"a": NaN}',), {"raw": '{"a": NaN}'}),
        (("",), {}),
    ],
)
async def test_arguments_that_are_no_object_come_raw(
    fake: FakeAnthropic,
    provider: AnthropicAIProvider,
    said: tuple[str, ...],
    arguments: dict[str, str],
) -> None:
    fake.reply_with(Reply(ToolUse("t1", "look", pieces=said), stop_reason="max_tokens"))

    answer = await provider.generate(ask(tools=[LOOK]))

    assert [call.arguments for call in answer.tool_calls] == [arguments]


@pytest.mark.parametrize(
    "reason",
    ["end_turn", "max_tokens", "stop_sequence", "refusal", "model_context_window_exceeded"],
)
async def test_the_reason_of_the_end_is_passed_on(
    fake: FakeAnthropic, provider: AnthropicAIProvider, reason: str
) -> None:
    fake.reply_with(Reply(Text("Hi"), stop_reason=reason))

    assert (await provider.generate(ask())).finish_reason == reason


async def test_cached_tokens_are_counted_apart(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    told = {
        "input_tokens": 3,
        "output_tokens": 20,
        "cache_read_input_tokens": 900,
        "cache_creation_input_tokens": 40,
    }
    fake.reply_with(Reply(Text("Hi"), usage=told))

    assert (await provider.generate(ask())).usage == told


async def test_a_paused_answer_goes_on_and_costs_both_parts(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(
        Reply(Thinking("hm"), Text("One "), stop_reason="pause_turn"), Reply(Text("moment"))
    )

    answer = await provider.generate(ask())

    assert (answer.content, answer.finish_reason) == ("One moment", "end_turn")
    assert answer.usage["output_tokens"] == 14
    assert fake.refusals == []


async def test_an_answer_that_only_pauses_is_given_up(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(*[Reply(Text(f"{number}"), stop_reason="pause_turn") for number in range(9)])

    answer = await provider.generate(ask())

    assert answer.finish_reason == "pause_turn"
    assert len(fake.bodies) == 6


async def test_what_the_model_is_called_and_can_do(fake: FakeAnthropic) -> None:
    provider = make_provider(fake, model="claude-haiku-4-5")

    assert (provider.name, provider.model_name) == ("anthropic", "claude-haiku-4-5")
    assert (provider.supports_vision, provider.context_window) == (True, 200_000)
    assert provider.supports_streaming
    assert provider.supports_structured_streaming
    assert make_provider(fake, model="claude-sonnet-5-5").context_window == 1_000_000
    assert make_provider(fake, model="claude-2.1").supports_vision is False
