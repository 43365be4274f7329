"""Tool rounds as an agent makes them; the vendor's fake judges what comes back."""

import pytest

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.base.ai import (
    AIContext,
    AIMessage,
    AIPart,
    AIResponse,
    AITextPart,
    AIToolCallPart,
    AIToolResultPart,
)
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Redacted, Reply, Text, Thinking, ToolUse
from tests.providers.anthropic.asking import HI, LOOK, ask, make_provider


def next_round(asked: AIContext, answer: AIResponse) -> AIContext:
    """Return the question with the model's calls and what the tools answered."""
    said: list[AIPart] = [*answer.thinking_parts]
    said += [AITextPart(text=answer.content)] if answer.content else []
    said += [
        AIToolCallPart(id=call.id, name=call.name, arguments=call.arguments)
        for call in answer.tool_calls
    ]
    results: list[AIPart] = [
        AIToolResultPart(tool_call_id=call.id, name=call.name, result="blue")
        for call in answer.tool_calls
    ]
    more = [
        AIMessage(role="assistant", content=said),
        AIMessage(role="tool", content=results),
    ]
    return asked.model_copy(update={"messages": [*asked.messages, *more]})


async def test_results_of_parallel_calls_are_taken(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(
        Reply(Text("Let me look."), ToolUse("t1", "look", {"at": 1}), ToolUse("t2", "look"))
    )
    asked = ask(HI, system_prompt="Be kind", tools=[LOOK])

    first = await provider.generate(asked)
    second = await provider.generate(next_round(asked, first))

    assert second.content == "Hello there."
    assert fake.refusals == []


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-5-5"])
async def test_reasoning_goes_back_unchanged_for_many_rounds(
    fake: FakeAnthropic, model: str
) -> None:
    fake.reply_with(
        Reply(Thinking("h", "m", signature="a"), Redacted("x"), ToolUse("t1", "look", {})),
        Reply(Thinking("", signature="b"), Text("Again."), ToolUse("t2", "look", {})),
        Reply(Redacted("y"), Thinking("so", signature="c"), ToolUse("t3", "look", {})),
    )
    provider = make_provider(fake, model=model)
    asked = ask(HI, tools=[LOOK], thinking_budget=1500)

    answer = await provider.generate(asked)
    for _ in range(3):
        asked = next_round(asked, answer)
        answer = await provider.generate(asked)
    await provider.close()

    assert answer.content == "Hello there."
    assert fake.refusals == []


async def test_reasoning_is_let_go_when_thinking_is_turned_off(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    fake.reply_with(Reply(Thinking("hm"), ToolUse("t1", "look", {})))
    asked = ask(HI, tools=[LOOK], thinking_budget=1500)

    first = await provider.generate(asked)
    unasked = next_round(asked, first).model_copy(update={"thinking_budget": None})

    assert (await provider.generate(unasked)).content == "Hello there."
    assert fake.refusals == []
