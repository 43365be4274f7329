"""Providers of the fake's account, and what they are asked."""

from collections.abc import AsyncIterator
from typing import Any

from channels_app.providers.base.ai import (
    AIContext,
    AIImagePart,
    AIMessage,
    AITextPart,
    AIThinkingPart,
    AITool,
    AIToolCallPart,
    AIToolResultPart,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
)
from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.testing.fakes.openai import API_KEY
from channels_app.testing.fakes.openai_script import Call

ADD = AITool(
    name="add",
    description="Add numbers",
    parameters={"type": "object", "properties": {"a": {"type": "integer"}}},
)
PLAIN = AITool(name="now", description="Tell the time")
CALLS = (Call("call_a", "add", ('{"a"', ":1}")), Call("call_b", "add", ('{"a":', "2", "}")))
PICTURE = AIImagePart(url="data:image/png;base64,iVBORw0KGgo=", mime_type="image/png")


def make_provider(base_url: str | None = None, **config: Any) -> OpenAIAIProvider:
    given: dict[str, Any] = {"api_key": API_KEY, "base_url": base_url} | config
    return OpenAIAIProvider(OpenAIConfig(**given))


def make_context(*messages: AIMessage, **more: Any) -> AIContext:
    asked = list(messages) or [AIMessage(role="user", content="Hi")]
    return AIContext(messages=asked, **more)


async def listen(provider: OpenAIAIProvider, context: AIContext) -> list[StreamEvent]:
    return [event async for event in provider.generate_structured_stream(context)]


async def listen_until_it_breaks(
    events: AsyncIterator[StreamEvent], heard: list[StreamEvent]
) -> None:
    async for event in events:
        heard.append(event)


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, StreamTextDelta))


def thoughts_of(events: list[StreamEvent]) -> str:
    return "".join(event.thinking for event in events if isinstance(event, StreamThinkingDelta))


def turns_of_tools(*thoughts: AIThinkingPart, call_metadata: Any = None) -> list[AIMessage]:
    """Return a question, two calls and their results."""
    calls = [
        AIToolCallPart(
            id=call.id, name=call.name, arguments={"a": number}, metadata=call_metadata or {}
        )
        for number, call in enumerate(CALLS, 1)
    ]
    results = [
        AIToolResultPart(tool_call_id=call.id, name=call.name, result=f"is {number}")
        for number, call in enumerate(CALLS, 1)
    ]
    return [
        AIMessage(role="user", content="Add"),
        AIMessage(role="assistant", content=[*thoughts, AITextPart(text="I see."), *calls]),
        AIMessage(role="tool", content=[*results]),
    ]
