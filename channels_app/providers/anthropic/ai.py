"""Answers by Anthropic's models."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels_app.providers.anthropic.checking import explain
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.anthropic.models import model_of, sees_pictures
from channels_app.providers.anthropic.reading import COUNTERS, AnswerReader
from channels_app.providers.anthropic.requests import build_request, output_bound
from channels_app.providers.base.ai import (
    AIContext,
    ProviderError,
    StreamDone,
    StreamEvent,
)
from channels_app.providers.base.streaming_ai import StreamingAIProvider
from rooms.domain.json import JsonObject

PAUSED = "pause_turn"
MAX_PAUSES = 5
"""How often an answer that paused is gone on with."""


class AnthropicAIProvider(StreamingAIProvider):
    """A model of Anthropic's, by the Messages API. One object serves any number of event loops.

    A question is asked once: the SDK's own retries are off. Reasoning that the model wants back is
    in the signature of thinking parts, and, where it is encrypted, in their metadata under
    `redacted`. What stays the same from round to round is marked for Anthropic's prompt cache.

    Raises:
        ModuleNotFoundError: If the SDK is not installed.
    """

    config_model = AnthropicConfig
    extra = "anthropic"

    def __init__(self, config: AnthropicConfig) -> None:
        # An extra, and slow to import: at the first question it would hold up the event loop.
        from channels_app.providers.anthropic.client import AnthropicClient  # noqa: PLC0415

        self._config = config
        self._client = AnthropicClient(config)

    @property
    def name(self) -> str:
        """The vendor's name."""
        return "anthropic"

    @property
    def model_name(self) -> str:
        """The configured model."""
        return self._config.model

    @property
    def supports_vision(self) -> bool:
        """Whether the model is one since Claude 3."""
        return sees_pictures(self._config.model)

    @property
    def context_window(self) -> int | None:
        """How many tokens the model can read; None of a model that is not known."""
        return model_of(self._config.model).context_window

    def output_bound(self, context: AIContext) -> int:
        """Return the bound that the request has; what the model thinks unasked is within it."""
        return output_bound(context, self._config)

    async def generate_structured_stream(
        self, context: AIContext
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece, with reasoning, tool calls and usage.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        request = build_request(context, self._config)
        usage = dict.fromkeys(COUNTERS, 0)
        for _ in range(MAX_PAUSES + 1):
            reader = AnswerReader()
            async with aclosing(self._read(request, reader)) as events:
                async for event in events:
                    yield event
            usage = {name: usage[name] + reader.usage[name] for name in COUNTERS}
            if reader.finish_reason != PAUSED or not reader.blocks:
                break
            request = _go_on(request, reader.blocks)
        yield StreamDone(finish_reason=reader.finish_reason, usage=usage)

    async def _read(
        self, request: JsonObject, reader: AnswerReader
    ) -> AsyncGenerator[StreamEvent, None]:
        async with aclosing(self._client.stream(request)) as events:
            async for event in events:
                for read in reader.read(event):
                    yield read

    async def check(self) -> None:
        """Ask for the model, which shows whether the key works; nothing is generated.

        Raises:
            CheckFailed: If the key is wrong, there is no such model, or nobody answers.
        """
        try:
            await self._client.ask_for_model(self._config.model)
        except ProviderError as error:
            raise explain(error) from None

    async def close(self) -> None:
        """Close the connections of this event loop; calling it twice does no harm."""
        await self._client.close()


def _go_on(request: JsonObject, said: list[JsonObject]) -> JsonObject:
    """Return the request that lets a paused answer go on: what was said comes back as it was."""
    *before, last = request["messages"]
    if last["role"] == "assistant":
        said = [*last["content"], *said]
    else:
        before.append(last)
    return request | {"messages": [*before, {"role": "assistant", "content": said}]}
