"""What is asked of Anthropic, to the letter."""

import base64
from typing import Any

import pytest
from anthropic.resources.messages import DEPRECATED_MODELS
from pydantic import SecretStr

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import DEFAULT_MODEL, AnthropicConfig
from channels_app.providers.anthropic.requests import build_request
from channels_app.providers.base.ai import (
    AIContext,
    AIImagePart,
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AITool,
    AIToolCallPart,
    AIToolResultPart,
)
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_schema import ToolResultBlock, ToolUseBlock
from tests.providers.anthropic.asking import HI, LOOK, ask, make_provider, read

MARK = {"type": "ephemeral"}
MARKED_HI = {"type": "text", "text": "Hi", "cache_control": MARK}
PIXEL = base64.b64encode(b"\x89PNG").decode()


def request_for(context: AIContext, model: str = "claude-opus-4-8", **fields: Any) -> Any:
    return build_request(context, AnthropicConfig(api_key=SecretStr("k"), model=model, **fields))


def content_of(*parts: AIPart) -> Any:
    return request_for(ask(AIMessage(role="user", content=list(parts))))["messages"][0]["content"]


async def test_a_whole_request(fake: FakeAnthropic, provider: AnthropicAIProvider) -> None:
    await read(provider, ask(system_prompt="Be kind", tools=[LOOK], temperature=0.2, max_tokens=50))

    (request,) = fake.requests
    assert request.json() == {
        "model": "claude-sonnet-4-6",
        "max_tokens": 50,
        "stream": True,
        "temperature": 0.2,
        "system": [{"type": "text", "text": "Be kind", "cache_control": MARK}],
        "messages": [{"role": "user", "content": [MARKED_HI]}],
        "tools": [
            {
                "name": "look",
                "description": "Look at it",
                "input_schema": {"type": "object"},
                "cache_control": MARK,
            }
        ],
    }
    assert request.headers["anthropic-version"] == "2023-06-01"


async def test_the_config_says_what_the_question_leaves_open(fake: FakeAnthropic) -> None:
    provider = make_provider(fake, max_tokens=300, temperature=0.1)

    await read(provider, ask())
    await read(provider, ask(max_tokens=20, temperature=0.9))
    await provider.close()

    asked = [(body.max_tokens, body.temperature) for body in fake.bodies]
    assert asked == [(300, 0.1), (20, 0.9)]


@pytest.mark.parametrize(
    ("model", "fields", "sent"),
    [
        ("claude-3-haiku-20240307", {}, {"temperature": 0.7}),
        # Models with a budget take a temperature, but not both.
        ("claude-haiku-4-5", {}, {"temperature": 0.7}),
        (
            "claude-haiku-4-5",
            {"thinking_budget": 2000},
            {"max_tokens": 3024, "thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
        (
            "claude-haiku-4-5",
            {"thinking_budget": 1},
            {"max_tokens": 2048, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        ),
        ("claude-haiku-4-5", {"thinking_budget": 0}, {"temperature": 0.7}),
        # Later ones think as they see fit, and take a temperature at most while they do not.
        (
            "claude-sonnet-4-6",
            {"thinking_budget": 2000},
            {"max_tokens": 3024, "thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        ("claude-opus-4-8", {}, {}),
        # The latest think unless they are told not to, if that can be told at all.
        ("claude-sonnet-5", {}, {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {}, {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {}, {"max_tokens": 1024 + 8192}),
        (
            "claude-opus-5-5",
            {"thinking_budget": 2000},
            {"max_tokens": 3024, "thinking": {"type": "adaptive", "display": "summarized"}},
        ),
    ],
)
async def test_thinking_and_temperature_fit_the_model(
    fake: FakeAnthropic, model: str, fields: dict[str, int], sent: dict[str, Any]
) -> None:
    provider = make_provider(fake, model=model)

    await read(provider, ask(**fields))
    await provider.close()

    body = fake.requests[0].json()
    told = {name: body[name] for name in ("thinking", "temperature") if name in body}
    assert told | {"max_tokens": body["max_tokens"]} == {"max_tokens": 1024} | sent
    assert fake.refusals == []


@pytest.mark.parametrize("model", ["claude-next-9", "claude-opus-5-9", "claude-sonnet-4-60"])
def test_a_model_that_is_not_known_is_taken_for_the_newest_kind(model: str) -> None:
    request = request_for(ask(), model=model)

    assert request["max_tokens"] == 1024 + 8192
    assert not {"thinking", "extra_body"} & request.keys()


@pytest.mark.parametrize(
    ("parameters", "schema"),
    [
        ({}, {"type": "object"}),
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        ({"type": "object", "required": ["a"]}, {"type": "object", "required": ["a"]}),
    ],
)
def test_a_schema_says_that_it_is_an_object(
    parameters: dict[str, Any], schema: dict[str, Any]
) -> None:
    tool = AITool(name="look", description="", parameters=parameters)

    assert request_for(ask(tools=[tool]))["tools"][0]["input_schema"] == schema


def test_system_messages_join_the_prompt() -> None:
    request = request_for(ask(AIMessage(role="system", content="Be brief"), HI, system_prompt="A"))

    assert request["system"][0]["text"] == "A\n\nBe brief"
    assert [turn["role"] for turn in request["messages"]] == ["user"]


def test_turns_of_one_role_become_one_and_blank_words_none() -> None:
    request = request_for(
        ask(
            HI,
            AIMessage(role="user", content=" \n"),
            AIMessage(role="user", content="there"),
            AIMessage(role="assistant", content=[AITextPart(text="")]),
            AIMessage(role="assistant", content="Hello"),
            AIMessage(role="user", content="And?"),
        )
    )

    said = [
        (turn["role"], [block["text"] for block in turn["content"]]) for turn in request["messages"]
    ]
    assert said == [("user", ["Hi", "there"]), ("assistant", ["Hello"]), ("user", ["And?"])]


def test_a_conversation_that_the_agent_begins_has_a_turn_before() -> None:
    request = request_for(ask(AIMessage(role="assistant", content="Welcome"), HI))

    assert [turn["role"] for turn in request["messages"]] == ["user", "assistant", "user"]


def test_a_role_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="'developer'"):
        request_for(ask(AIMessage(role="developer", content="Hi")))


@pytest.mark.parametrize(
    ("part", "source"),
    [
        (
            AIImagePart(url=f"data:image/png;base64,{PIXEL}"),
            {"type": "base64", "media_type": "image/png", "data": PIXEL},
        ),
        (
            AIImagePart(url=f"data:;base64,{PIXEL}", mime_type="image/png"),
            {"type": "base64", "media_type": "image/png", "data": PIXEL},
        ),
        (
            AIImagePart(url="data:image/png,%89PNG"),
            {"type": "base64", "media_type": "image/png", "data": PIXEL},
        ),
        (
            AIImagePart(url="https://x.example/a.png", mime_type="image/png"),
            {"type": "url", "url": "https://x.example/a.png"},
        ),
    ],
)
def test_a_picture_is_enclosed_or_fetched(part: AIImagePart, source: dict[str, str]) -> None:
    (block,) = content_of(part)

    assert (block["type"], block["source"]) == ("image", source)


@pytest.mark.parametrize(
    "part",
    [
        AIImagePart(url=f"data:image/heic;base64,{PIXEL}"),
        AIImagePart(url="data:image/png;base64,%%%"),
        AIImagePart(url="https://x.example/a", mime_type="image/heic"),
        AIImagePart(url="/media/a.png"),
    ],
)
def test_a_picture_that_would_be_refused_becomes_words(part: AIImagePart) -> None:
    (block,) = content_of(part)

    assert block["text"].startswith("[A picture that cannot be shown to you")


async def test_pictures_are_taken(fake: FakeAnthropic, provider: AnthropicAIProvider) -> None:
    pictures: list[AIPart] = [
        AITextPart(text="Which one?"),
        AIImagePart(url=f"data:image/png;base64,{PIXEL}"),
        AIImagePart(url="https://x.example/a.png"),
        AIImagePart(url="https://x.example/a", mime_type="image/heic"),
    ]

    await read(provider, ask(AIMessage(role="user", content=pictures)))

    (body,) = fake.bodies
    assert [block.type for block in body.messages[0].blocks] == ["text", "image", "image", "text"]


def test_results_come_first_and_say_whether_they_are_errors() -> None:
    request = request_for(
        ask(
            HI,
            AIMessage(role="assistant", content=[AIToolCallPart(id="t1", name="look")]),
            AIMessage(role="user", content="Quick!"),
            AIMessage(
                role="tool",
                content=[
                    AIToolResultPart(tool_call_id="t1", name="look", result="no", is_error=True)
                ],
            ),
            tools=[LOOK],
        )
    )

    assert request["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "t1", "content": "no", "is_error": True},
        {"type": "text", "text": "Quick!", "cache_control": MARK},
    ]


@pytest.mark.parametrize(
    "thinking",
    [
        AIThinkingPart(thinking="hm"),
        AIThinkingPart(thinking="hm", metadata={"encrypted": "x"}),
        # as Gemini signs it
        AIThinkingPart(thinking="hm", signature="c2ln", metadata={"signed_by": "gemini"}),
    ],
)
def test_reasoning_of_another_vendor_is_left_out(thinking: AIThinkingPart) -> None:
    said = AIMessage(role="assistant", content=[thinking, AITextPart(text="Hello")])

    turn = request_for(ask(HI, said, HI))["messages"][1]

    assert [block["type"] for block in turn["content"]] == ["text"]


def test_the_ends_of_the_last_two_turns_are_marked_and_no_reasoning() -> None:
    signed = AIThinkingPart(thinking="hm", signature="s")
    only_thinking = AIMessage(role="assistant", content=[AITextPart(text="a"), signed])

    request = request_for(ask(HI, AIMessage(role="assistant", content="b"), HI, only_thinking, HI))

    marks = ["cache_control" in turn["content"][-1] for turn in request["messages"]]
    assert marks == [False, False, True, False, True]


async def test_calls_of_another_vendor_have_ids_that_are_taken(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    """Compatible servers number calls like this; the result follows its call."""
    call = AIMessage(role="assistant", content=[AIToolCallPart(id="functions.look:0", name="look")])
    result = AIToolResultPart(tool_call_id="functions.look:0", name="look", result="blue")

    await read(provider, ask(HI, call, AIMessage(role="tool", content=[result]), tools=[LOOK]))

    (body,) = fake.bodies
    [called], [answered] = (turn.blocks for turn in body.messages[1:])
    assert isinstance(called, ToolUseBlock)
    assert isinstance(answered, ToolResultBlock)
    assert called.id == answered.tool_use_id == "functions_look_0"


async def test_calls_in_the_history_keep_their_tools(
    fake: FakeAnthropic, provider: AnthropicAIProvider
) -> None:
    call = AIMessage(role="assistant", content=[AIToolCallPart(id="t1", name="look")])
    result = AIToolResultPart(tool_call_id="t1", name="look", result="blue")

    await read(provider, ask(HI, call, AIMessage(role="tool", content=[result])))

    (body,) = fake.bodies
    assert [tool.name for tool in body.tools] == ["look"]
    assert body.tool_choice is not None
    assert body.tool_choice.type == "none"


def test_building_a_request_leaves_the_question_as_it_is() -> None:
    parts: list[AIPart] = [AIToolCallPart(id="t1", name="look", arguments={"a": 1})]
    context = ask(HI, AIMessage(role="assistant", content=parts), tools=[LOOK])
    before = context.model_dump_json()

    request_for(context)

    assert context.model_dump_json() == before


def test_the_default_model_is_one_that_the_vendor_keeps() -> None:
    assert AnthropicConfig(api_key=SecretStr("k")).model == DEFAULT_MODEL
    assert DEFAULT_MODEL not in DEPRECATED_MODELS
