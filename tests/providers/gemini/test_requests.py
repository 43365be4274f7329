"""What Gemini is sent: exactly this, and the fake takes it."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

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
    ProviderError,
)
from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.testing.fakes.gemini import FakeGemini

PNG = base64.b64encode(b"\x89PNG").decode()
STAND_IN = base64.urlsafe_b64encode(b"skip_thought_signature_validator").decode()
SIGNATURE = base64.b64encode(b"\xff\xfesigned").decode()


def user(*parts: AIPart | str) -> AIMessage:
    return said("user", *parts)


def said(role: str, *parts: AIPart | str) -> AIMessage:
    return AIMessage(
        role=role,
        content=[AITextPart(text=part) if isinstance(part, str) else part for part in parts],
    )


def call(call_id: str, *, signed: bool = False, **arguments: Any) -> AIToolCallPart:
    metadata: dict[str, Any] = {"thought_signature": SIGNATURE} if signed else {}
    return AIToolCallPart(id=call_id, name="look_up", arguments=arguments, metadata=metadata)


def result(call_id: str, *, is_error: bool = False) -> AIToolResultPart:
    return AIToolResultPart(tool_call_id=call_id, name="look_up", result="here", is_error=is_error)


async def sent(provider: GeminiAIProvider, fake: FakeGemini, **context: Any) -> dict[str, Any]:
    await provider.generate(AIContext(**{"messages": [user("Hi")], **context}))
    return dict(fake.requests[-1].json())


async def contents(
    provider: GeminiAIProvider, fake: FakeGemini, *messages: AIMessage
) -> list[dict[str, Any]]:
    return list((await sent(provider, fake, messages=list(messages)))["contents"])


async def test_question_is_sent_with_everything_it_sets(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    schema = {"type": "object", "properties": {"order": {"type": ["string", "null"]}}}
    tool = AITool(name="look_up", description="Finds an order.", parameters=schema)

    body = await sent(
        provider,
        fake,
        system_prompt="Be brief.",
        temperature=0.2,
        max_tokens=300,
        thinking_budget=2000,
        tools=[tool],
    )

    assert body == {
        "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
        "systemInstruction": {"role": "user", "parts": [{"text": "Be brief."}]},
        "generationConfig": {
            "temperature": 0.2,
            "maxOutputTokens": 2300,
            "thinkingConfig": {"include_thoughts": True, "thinking_budget": 2000},
        },
        "tools": [
            {
                "functionDeclarations": [
                    {
                        "name": "look_up",
                        "description": "Finds an order.",
                        "parameters_json_schema": schema,
                    }
                ]
            }
        ],
    }


async def test_request_carries_the_key_and_asks_for_a_stream(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    await sent(provider, fake)

    [request] = fake.requests
    assert request.path.endswith("/models/gemini-2.5-flash:streamGenerateContent")
    assert request.headers["x-goog-api-key"] == "AIzaFake0123456789"


async def test_question_without_bounds_gets_those_of_the_config(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    assert (await sent(provider, fake))["generationConfig"] == {
        "temperature": 1.0,
        "maxOutputTokens": 1024,
    }


@pytest.mark.parametrize(
    ("model", "budget", "thinking"),
    [
        ("gemini-2.0-flash", 0, None),  # it does not think anyway
        ("gemini-2.5-flash", 0, {"include_thoughts": False, "thinking_budget": 0}),
        ("gemini-2.5-flash", -1, {"include_thoughts": True, "thinking_budget": -1}),
        ("gemini-3-flash-preview", 4096, {"include_thoughts": True, "thinking_level": "LOW"}),
        ("gemini-3-flash-preview", 16384, {"include_thoughts": True, "thinking_level": "HIGH"}),
        ("gemini-3-flash-preview", -1, {"include_thoughts": True, "thinking_level": "HIGH"}),
        ("gemini-3-flash-preview", None, None),
    ],
)
async def test_thinking_is_asked_for_as_the_model_takes_it(
    make: Callable[..., GeminiAIProvider],
    fake: FakeGemini,
    model: str,
    budget: int | None,
    thinking: dict[str, Any] | None,
) -> None:
    body = await sent(make(model), fake, thinking_budget=budget)

    assert body["generationConfig"].get("thinkingConfig") == thinking


async def test_model_that_cannot_think_says_so(make: Callable[..., GeminiAIProvider]) -> None:
    context = AIContext(messages=[user("Hi")], thinking_budget=1024)

    with pytest.raises(ProviderError, match="not supported") as raised:
        await make("gemini-2.0-flash").generate(context)

    assert not raised.value.retryable


@pytest.mark.parametrize("schema", [{}, {"properties": {"a": {"type": "string"}}}])
async def test_schema_is_always_one_of_an_object(
    provider: GeminiAIProvider, fake: FakeGemini, schema: dict[str, Any]
) -> None:
    tool = AITool(name="look_up", description="Finds.", parameters=schema)

    body = await sent(provider, fake, tools=[tool])

    [declared] = body["tools"][0]["functionDeclarations"]
    assert declared["parameters_json_schema"] == schema | {"type": "object"}


async def test_system_turns_join_the_prompt(provider: GeminiAIProvider, fake: FakeGemini) -> None:
    messages = [said("system", "Earlier: an order."), user("Hi"), said("system", "Hurry.")]

    body = await sent(provider, fake, system_prompt="Be brief.", messages=messages)

    assert body["systemInstruction"]["parts"] == [
        {"text": "Be brief.\n\nEarlier: an order.\n\nHurry."}
    ]
    assert len(body["contents"]) == 1


async def test_pictures_are_enclosed_or_named(provider: GeminiAIProvider, fake: FakeGemini) -> None:
    enclosed = AIImagePart(url=f"data:image/png;base64,{PNG}")
    named = AIImagePart(url="https://example.org/a.webp?size=2")
    untold = AIImagePart(url="https://example.org/a")

    [content] = await contents(provider, fake, user("See", enclosed, named, untold))

    assert content["parts"] == [
        {"text": "See"},
        {"inlineData": {"data": PNG, "mime_type": "image/png"}},
        {
            "fileData": {
                "file_uri": "https://example.org/a.webp?size=2",
                "mime_type": "image/webp",
            }
        },
        {"fileData": {"file_uri": "https://example.org/a", "mime_type": "image/jpeg"}},
    ]


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (AIImagePart(url="data:image/svg+xml,<svg/>"), "image/svg"),
        (AIImagePart(url="data:image/png;base64,A"), "damaged"),
        (AIImagePart(url="file:///etc/passwd"), "no public address"),
        (AIImagePart(url="https://example.org/a", mime_type="image/gif"), "image/gif"),
    ],
)
async def test_picture_that_would_be_refused_becomes_words(
    provider: GeminiAIProvider, fake: FakeGemini, picture: AIImagePart, why: str
) -> None:
    [content] = await contents(provider, fake, user(picture))

    assert why in content["parts"][0]["text"]


async def test_parallel_calls_of_one_tool_and_their_results(
    make: Callable[..., GeminiAIProvider], fake: FakeGemini
) -> None:
    calls = said("assistant", "Let me see.", call("a", order=1), call("b", order=2))
    results = (said("tool", result("a")), said("tool", result("b", is_error=True)))

    _, called, answered = await contents(make("gemini-2.0-flash"), fake, user("?"), calls, *results)

    assert called == {
        "role": "model",
        "parts": [
            {"text": "Let me see."},
            {"functionCall": {"id": "a", "name": "look_up", "args": {"order": 1}}},
            {"functionCall": {"id": "b", "name": "look_up", "args": {"order": 2}}},
        ],
    }
    assert answered["parts"] == [
        {"functionResponse": {"id": "a", "name": "look_up", "response": {"result": "here"}}},
        {"functionResponse": {"id": "b", "name": "look_up", "response": {"error": "here"}}},
    ]


async def test_pictures_of_a_tool_follow_its_results(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    picture = AIImagePart(url=f"data:image/png;base64,{PNG}")
    turns = [said("assistant", call("a"), call("b")), said("tool", result("a"), picture)]

    told = await contents(provider, fake, user("?"), *turns, said("tool", result("b")), user("So?"))

    assert [[*part] for content in told[2:] for part in content["parts"]] == [
        ["functionResponse"],
        ["functionResponse"],
        ["inlineData"],
        ["text"],
    ]


async def test_turns_of_the_model_are_one_content(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    turns = [
        said("assistant", "Good day."),
        said("assistant", call("a")),
        said("tool", result("a")),
    ]

    assert [each["role"] for each in await contents(provider, fake, user("?"), *turns)] == [
        "user",
        "model",
        "user",
    ]


async def test_empty_turns_are_left_out(provider: GeminiAIProvider, fake: FakeGemini) -> None:
    assert len(await contents(provider, fake, user("?"), said("assistant", ""), user("And?"))) == 2


async def test_calls_of_another_model_get_what_stands_in_for_a_signature(
    make: Callable[..., GeminiAIProvider], fake: FakeGemini
) -> None:
    turns = [said("assistant", call("a"), call("b")), said("tool", result("a"), result("b"))]

    told = await contents(make("gemini-3-flash-preview"), fake, user("?"), *turns)

    assert [part["thoughtSignature"] for part in told[1]["parts"]] == [STAND_IN, STAND_IN]


async def test_reasoning_of_another_model_is_left_out(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    thought = AIThinkingPart(thinking="An order?", signature="of another vendor")

    told = await contents(provider, fake, user("?"), said("assistant", thought, "Yes."), user("!"))

    assert told[1]["parts"] == [{"text": "Yes."}]
