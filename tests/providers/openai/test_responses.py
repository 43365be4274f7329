"""What is asked by the Responses API, and what is read from it."""

from typing import Any

import pytest
from pydantic import SecretStr

from channels_app.providers.base.ai import (
    AIContext,
    AIMessage,
    AIResponse,
    AITextPart,
    AIThinkingPart,
    AIToolCallPart,
    AIToolResultPart,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.models import FOREIGN
from channels_app.providers.openai.responses_request import build_request
from channels_app.testing.fakes.openai import SERVED, FakeOpenAI
from channels_app.testing.fakes.openai_script import Answer, Call, Counted
from tests.providers.openai.account import (
    ADD,
    CALLS,
    PICTURE,
    listen,
    make_context,
    make_provider,
    text_of,
    thoughts_of,
    turns_of_tools,
)

COUNTED = Counted(asked=100, answered=40, cached=60, written=10, reasoned=15)
USAGE = {
    "input_tokens": 30,
    "output_tokens": 40,
    "cache_read_input_tokens": 60,
    "cache_creation_input_tokens": 10,
}
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Hm."}],
    "encrypted_content": "gAAAA-secret-1",
}


async def ask(fake: FakeOpenAI, context: AIContext, **config: Any) -> AIResponse:
    provider = make_provider(**({"api": "responses"} | config))
    response = await provider.generate(context)
    await provider.close()
    return response


async def hear(fake: FakeOpenAI, context: AIContext, **config: Any) -> list[StreamEvent]:
    provider = make_provider(**({"api": "responses"} | config))
    events = await listen(provider, context)
    await provider.close()
    return events


async def test_a_question_keeps_nothing_at_the_vendor(fake: FakeOpenAI) -> None:
    context = make_context(
        AIMessage(role="user", content="Hi"),
        AIMessage(role="assistant", content="Hello"),
        AIMessage(role="system", content="Be brief."),
        AIMessage(role="user", content=[AITextPart(text="See"), PICTURE]),
        system_prompt="Be kind.",
        tools=[ADD],
    )
    await ask(fake, context)

    assert fake.requests[-1].json() == {
        "model": "gpt-4o",
        "instructions": "Be kind.",
        "input": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "See"},
                    {"type": "input_image", "image_url": PICTURE.url, "detail": "auto"},
                ],
            },
        ],
        "tools": [
            {
                "type": "function",
                "name": "add",
                "description": "Add numbers",
                "parameters": ADD.parameters,
                "strict": False,
            }
        ],
        "max_output_tokens": 1024,
        "temperature": 0.7,
        "store": False,
    }


async def test_calls_and_results_are_paired_by_call_id_and_pictures_follow(
    fake: FakeOpenAI,
) -> None:
    question, said, results = turns_of_tools()
    seen = AIMessage(role="tool", content=[*results.content, PICTURE])
    await ask(fake, make_context(question, said, seen))

    items = fake.requests[-1].json()["input"]
    assert items[1:4] == [
        {"role": "assistant", "content": "I see."},
        {"type": "function_call", "call_id": "call_a", "name": "add", "arguments": '{"a": 1}'},
        {"type": "function_call", "call_id": "call_b", "name": "add", "arguments": '{"a": 2}'},
    ]
    assert items[4] == {"type": "function_call_output", "call_id": "call_a", "output": "is 1"}
    assert items[6]["content"][0]["type"] == "input_image"


@pytest.mark.parametrize(
    ("budget", "reasoning", "length"),
    [
        (None, {"effort": "none"}, 1024),
        # what it thinks is told only where it is asked for
        (5000, {"effort": "medium", "summary": "auto"}, 1024 + 5000),
    ],
)
async def test_newer_models_think_while_they_have_tools(
    fake: FakeOpenAI, budget: int | None, reasoning: Any, length: int
) -> None:
    context = make_context(tools=[ADD], thinking_budget=budget)
    await ask(fake, context, model="gpt-6-luna")

    body = fake.requests[-1].json()
    assert (body["reasoning"], body["max_output_tokens"]) == (reasoning, length)
    assert body["include"] == ["reasoning.encrypted_content"]
    assert "temperature" not in body


async def test_the_least_length_is_the_vendors(fake: FakeOpenAI) -> None:
    await ask(fake, make_context(max_tokens=5))

    assert fake.requests[-1].json()["max_output_tokens"] == 16


async def test_a_stream_tells_thoughts_text_calls_and_usage(fake: FakeOpenAI) -> None:
    fake.will(Answer(reasoning=("H", "m."), text=("I ", "see."), calls=CALLS[:1], counted=COUNTED))

    events = await hear(fake, make_context(thinking_budget=5000), model="gpt-5")

    assert events == [
        StreamThinkingDelta(thinking="H"),
        StreamThinkingDelta(thinking="m."),
        StreamThinkingDelta(thinking="", metadata={"reasoning_item": THOUGHT}),
        StreamTextDelta(text="I "),
        StreamTextDelta(text="see."),
        StreamToolCall(
            id="call_a", name="add", arguments={"a": 1}, metadata={"reasoning_id": "rs_1"}
        ),
        StreamDone(finish_reason="tool_calls", usage=USAGE, metadata={"model": "gpt-5"}),
    ]


async def test_a_whole_answer_is_read_like_a_stream(fake: FakeOpenAI) -> None:
    fake.will(Answer(reasoning=("H", "m."), text=("I see.",), calls=CALLS, counted=COUNTED))

    response = await ask(fake, make_context(thinking_budget=5000), model="gpt-5")

    assert (response.content, response.thinking, response.usage) == ("I see.", "Hm.", USAGE)
    assert response.thinking_parts == [
        AIThinkingPart(thinking="Hm.", metadata={"reasoning_item": THOUGHT})
    ]
    assert [call.arguments for call in response.tool_calls] == [{"a": 1}, {"a": 2}]
    assert response.finish_reason == "tool_calls"


@pytest.mark.parametrize("budget", [None, 5000])
async def test_reasoning_goes_back_with_the_results_of_its_calls(
    fake: FakeOpenAI, budget: int | None
) -> None:
    """Two rounds of tools, each with reasoning that the vendor demands back."""
    messages = [AIMessage(role="user", content="Add")]
    provider = make_provider(api="responses", model="gpt-5")
    for number in (1, 2):
        fake.will(Answer(reasoning=("Hm.",), calls=(Call(f"call_{number}", "add"),)))
        context = make_context(*messages, tools=[ADD], thinking_budget=budget)
        messages += _answer_calls(await provider.generate(context))
    fake.will(Answer(text=("Three",)))

    last = await provider.generate(make_context(*messages, tools=[ADD], thinking_budget=budget))
    await provider.close()

    assert (last.content, fake.refusals) == ("Three", [])
    items = fake.requests[-1].json()["input"]
    assert [item.get("type") for item in items] == [
        None, *["reasoning", "function_call", "function_call_output"] * 2
    ]  # fmt: skip


async def test_each_call_follows_its_own_reasoning(fake: FakeOpenAI) -> None:
    thoughts = [
        AIThinkingPart(thinking="", metadata={"reasoning_item": THOUGHT | {"id": f"rs_{number}"}})
        for number in (1, 2, 3)
    ]
    calls = [
        AIToolCallPart(id=f"call_{number}", name="add", metadata={"reasoning_id": f"rs_{number}"})
        for number in (2, 3)
    ]
    said = AIMessage(role="assistant", content=[*thoughts, AITextPart(text="I see."), *calls])

    config = OpenAIConfig(api_key=SecretStr("x"), api="responses")
    items = build_request(make_context(said), config, FOREIGN)["input"]

    assert [item.get("id") or item.get("call_id") or item["role"] for item in items] == [
        "rs_1", "assistant", "rs_2", "call_2", "rs_3", "call_3"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "told"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "content_filter")],
)
async def test_why_an_answer_ends_is_told_as_chat_completions_would(
    fake: FakeOpenAI, reason: Any, told: str
) -> None:
    fake.will(Answer(text=("a",), reason=reason), Answer(text=("a",), reason=reason))

    events = await hear(fake, make_context())
    response = await ask(fake, make_context())

    assert isinstance(events[-1], StreamDone)
    assert events[-1].finish_reason == response.finish_reason == told


async def test_a_refusal_is_said_and_marked(fake: FakeOpenAI) -> None:
    fake.will(Answer(refusal=("I ", "cannot.")), Answer(refusal=("I ", "cannot.")))

    events = await hear(fake, make_context())
    response = await ask(fake, make_context())

    assert text_of(events) == response.content == "I cannot."
    assert isinstance(events[-1], StreamDone)
    assert events[-1].metadata["refusal"] is response.metadata["refusal"] is True


async def test_arguments_that_are_no_object_are_kept_raw(fake: FakeOpenAI) -> None:
    fake.will(Answer(calls=(Call("a", "add", ('{"a"',)),)))

    events = await hear(fake, make_context())

    assert events[0] == StreamToolCall(id="a", name="add", arguments={"raw": '{"a"'})


async def test_a_compatible_server_is_asked_for_nothing_that_only_openai_has(
    compatible: FakeOpenAI,
) -> None:
    await ask(
        compatible,
        make_context(thinking_budget=5000),
        base_url=compatible.api,
        model=SERVED,
    )

    body = compatible.requests[-1].json()
    assert not {"reasoning", "include"} & set(body)
    assert body["store"] is False


async def test_without_a_summary_nothing_is_told_of_thoughts(fake: FakeOpenAI) -> None:
    fake.will(Answer(reasoning=("Hm.",), text=("a",)))

    events = await hear(fake, make_context(), model="gpt-5")

    assert thoughts_of(events) == ""
    assert isinstance(events[0], StreamThinkingDelta)
    assert events[0].metadata["reasoning_item"]["encrypted_content"] == "gAAAA-secret-1"


def _answer_calls(response: AIResponse) -> list[AIMessage]:
    """Return the turns that a round of tools adds, as the loop of an agent would."""
    calls = [AIToolCallPart(**call.model_dump()) for call in response.tool_calls]
    results = [AIToolResultPart(tool_call_id=call.id, name=call.name, result="3") for call in calls]
    return [
        AIMessage(role="assistant", content=[*response.thinking_parts, *calls]),
        AIMessage(role="tool", content=[*results]),
    ]
