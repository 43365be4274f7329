"""What is asked by Chat Completions, byte for byte."""

from typing import Any

import pytest

from channels_app.providers.base.ai import AIMessage, AITextPart, AIThinkingPart
from channels_app.testing.fakes.openai import API_KEY, SERVED, FakeOpenAI
from tests.providers.openai.account import (
    ADD,
    PICTURE,
    PLAIN,
    make_context,
    make_provider,
    turns_of_tools,
)


async def asked(fake: FakeOpenAI, context: Any, **config: Any) -> dict[str, Any]:
    """Ask once and return the body of the request, which the fake must take."""
    provider = make_provider(**config)
    await provider.generate(context)
    await provider.close()
    body: dict[str, Any] = fake.requests[-1].json()
    return body


async def test_a_question_says_who_the_agent_is_and_what_was_said(fake: FakeOpenAI) -> None:
    context = make_context(
        AIMessage(role="user", content="Hi"),
        AIMessage(role="assistant", content="Hello"),
        AIMessage(role="system", content="Be brief."),
        AIMessage(role="user", content=[AITextPart(text="One"), AITextPart(text="two")]),
        system_prompt="Be kind.",
        temperature=0.2,
        max_tokens=99,
    )

    assert await asked(fake, context) == {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "One\ntwo"},
        ],
        "max_tokens": 99,
        "temperature": 0.2,
    }
    assert fake.requests[-1].headers["authorization"] == f"Bearer {API_KEY}"


async def test_what_a_question_does_not_set_is_the_configs(fake: FakeOpenAI) -> None:
    body = await asked(fake, make_context(), max_tokens=77, temperature=0.1)

    assert (body["max_tokens"], body["temperature"]) == (77, 0.1)


async def test_tools_are_declared_and_one_without_arguments_takes_an_object(
    fake: FakeOpenAI,
) -> None:
    body = await asked(fake, make_context(tools=[ADD, PLAIN]))

    first, second = (tool["function"] for tool in body["tools"])
    assert first == {"name": "add", "description": "Add numbers", "parameters": ADD.parameters}
    assert second["parameters"] == {"type": "object", "properties": {}}


async def test_calls_and_results_go_back_each_under_its_id(fake: FakeOpenAI) -> None:
    # reasoning of another vendor's is nothing to OpenAI
    foreign = AIThinkingPart(thinking="Hm.", signature="s")
    body = await asked(fake, make_context(*turns_of_tools(foreign), tools=[ADD]))

    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": "I see.",
            "tool_calls": [
                {
                    "id": "call_a",
                    "type": "function",
                    "function": {"name": "add", "arguments": '{"a": 1}'},
                },
                {
                    "id": "call_b",
                    "type": "function",
                    "function": {"name": "add", "arguments": '{"a": 2}'},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "call_a", "content": "is 1"},
        {"role": "tool", "tool_call_id": "call_b", "content": "is 2"},
    ]


async def test_calls_without_words_have_no_content(fake: FakeOpenAI) -> None:
    question, said, results = turns_of_tools()
    silent = said.model_copy(update={"content": said.content[1:]})

    body = await asked(fake, make_context(question, silent, results))

    assert body["messages"][1]["content"] is None


async def test_pictures_are_shown_and_those_of_a_tool_follow_it(fake: FakeOpenAI) -> None:
    question, said, results = turns_of_tools()
    shown = AIMessage(role="user", content=[AITextPart(text="See"), PICTURE])
    seen = AIMessage(role="tool", content=[*results.content, PICTURE])

    body = await asked(fake, make_context(shown, question, said, seen))

    picture = {"type": "image_url", "image_url": {"url": PICTURE.url}}
    assert body["messages"][0]["content"] == [{"type": "text", "text": "See"}, picture]
    assert body["messages"][-1] == {"role": "user", "content": [picture]}


async def test_a_turn_that_says_nothing_is_left_out(fake: FakeOpenAI) -> None:
    empty = AIMessage(role="assistant", content="")
    body = await asked(fake, make_context(empty, AIMessage(role="user", content="Hi")))

    assert [message["role"] for message in body["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("model", "budget", "effort", "length"),
    [
        # as little as the model takes, and room for what it thinks all the same
        ("gpt-5.1", None, "none", 1024),
        ("gpt-5", None, "minimal", 1024 + 4096),
        ("o3", None, "low", 1024 + 4096),
        ("gpt-6-astra", 0, "low", 1024 + 4096),
        # the effort that a budget stands for, and the budget on top of the answer
        ("gpt-5", 1024, "minimal", 1024 + 1024),
        ("gpt-5.1", 1024, "low", 1024 + 1024),
        ("gpt-5", 10_000, "medium", 1024 + 10_000),
        ("gpt-5.5", 20_000, "high", 1024 + 20_000),
        ("gpt-5.5", 50_000, "xhigh", 1024 + 50_000),
        ("gpt-6-luna", 100_000, "max", 1024 + 100_000),
        # there is no higher one
        ("o3", 100_000, "high", 1024 + 100_000),
    ],
)
async def test_a_model_that_reasons_is_told_an_effort(
    fake: FakeOpenAI, model: str, budget: int | None, effort: str, length: int
) -> None:
    body = await asked(fake, make_context(thinking_budget=budget), model=model)

    assert body["reasoning_effort"] == effort
    assert body["max_completion_tokens"] == length
    assert not {"max_tokens", "temperature"} & set(body)


async def test_a_model_that_does_not_reason_ignores_a_budget(fake: FakeOpenAI) -> None:
    body = await asked(fake, make_context(thinking_budget=5000))

    assert (body["max_tokens"], "reasoning_effort" in body) == (1024, False)


@pytest.mark.parametrize("model", ["gpt-5.5", "gpt-5.6-terra", "gpt-6-luna"])
async def test_newer_models_do_not_think_while_they_have_tools_and_that_is_said_once(
    fake: FakeOpenAI, model: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider = make_provider(model=model)
    for _ in range(2):
        await provider.generate(make_context(tools=[ADD], thinking_budget=5000))
    await provider.close()

    body = fake.requests[-1].json()
    assert (body["reasoning_effort"], body["max_completion_tokens"]) == ("none", 1024)
    assert [record.levelname for record in caplog.records if record.name == "roomkit.ai"] == [
        "WARNING"
    ]


@pytest.mark.parametrize(("is_asked", "options"), [(False, None), (True, {"include_usage": True})])
async def test_a_compatible_server_is_asked_for_usage_only_if_it_is_said_so(
    compatible: FakeOpenAI, is_asked: bool, options: Any
) -> None:
    provider = make_provider(compatible.api, model=SERVED, include_stream_usage=is_asked)
    _ = [event async for event in provider.generate_stream(make_context())]
    await provider.close()

    body = compatible.requests[-1].json()
    assert (body["stream"], body.get("stream_options")) == (True, options)


async def test_openai_is_always_asked_for_usage(fake: FakeOpenAI) -> None:
    provider = make_provider()
    _ = [event async for event in provider.generate_stream(make_context())]
    await provider.close()

    assert fake.requests[-1].json()["stream_options"] == {"include_usage": True}


async def test_reasoning_of_another_vendor_does_not_become_words(compatible: FakeOpenAI) -> None:
    signed = AIThinkingPart(thinking="Hm.", signature="s")
    encrypted = AIThinkingPart(thinking="Well.", metadata={"reasoning_item": {"id": "rs_1"}})
    provider = make_provider(compatible.api, model=SERVED)
    await provider.generate(make_context(*turns_of_tools(signed, encrypted)))
    await provider.close()

    assert compatible.requests[-1].json()["messages"][1]["content"] == "I see."


async def test_reasoning_goes_back_to_a_compatible_server_as_it_came(
    compatible: FakeOpenAI,
) -> None:
    inline = AIThinkingPart(thinking="Hm.")
    beside = AIThinkingPart(thinking="Well.", metadata={"field": "reasoning_content"})
    provider = make_provider(compatible.api, model=SERVED)
    await provider.generate(make_context(*turns_of_tools(inline, beside)))
    await provider.close()

    said = compatible.requests[-1].json()["messages"][1]
    assert said["content"] == "<think>Hm.</think>\n\nI see."
    assert said["reasoning_content"] == "Well."
