"""What the tests of this vendor ask, and what they read."""

from typing import Any

from pydantic import SecretStr

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.base.ai import AIContext, AIMessage, AITool, StreamEvent
from channels_app.testing.fakes.anthropic import API_KEY, FakeAnthropic

MODEL = "claude-sonnet-4-6"
HI = AIMessage(role="user", content="Hi")
LOOK = AITool(name="look", description="Look at it", parameters={"type": "object"})


def make_provider(
    fake: FakeAnthropic, *, api_key: str = API_KEY, model: str = MODEL, **fields: Any
) -> AnthropicAIProvider:
    return AnthropicAIProvider(
        AnthropicConfig(api_key=SecretStr(api_key), model=model, base_url=fake.url, **fields)
    )


def ask(*messages: AIMessage, **fields: Any) -> AIContext:
    return AIContext(messages=list(messages or (HI,)), **fields)


async def read(provider: AnthropicAIProvider, context: AIContext) -> list[StreamEvent]:
    return [event async for event in provider.generate_structured_stream(context)]
