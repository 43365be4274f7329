"""Answers by Gemini's models."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels_app.providers.base.ai import (
    AIContext,
    ProviderError,
    StreamEvent,
)
from channels_app.providers.base.streaming_ai import StreamingAIProvider
from channels_app.providers.gemini.checking import explain
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.providers.gemini.limits import output_bound
from channels_app.providers.gemini.models import model_of


class GeminiAIProvider(StreamingAIProvider):
    """A model of Google's, by the Gemini API. One object serves any number of event loops.

    A question is asked once: the SDK's own retries are off. The signatures that the model wants
    back are in the metadata of tool calls under `thought_signature`, and in thinking parts.

    Raises:
        ModuleNotFoundError: If the SDK is not installed.
    """

    config_model = GeminiConfig
    extra = "gemini"

    def __init__(self, config: GeminiConfig) -> None:
        # An extra, and slow to import: at the first question it would hold up the event loop.
        from channels_app.providers.gemini.client import GeminiClient  # noqa: PLC0415

        self._config = config
        self._client = GeminiClient(config)

    @property
    def name(self) -> str:
        """The vendor's name."""
        return "gemini"

    @property
    def model_name(self) -> str:
        """The configured model."""
        return self._config.model

    @property
    def supports_vision(self) -> bool:
        """Always: all of Gemini's models look at pictures."""
        return True

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
        async with aclosing(self._client.stream(context)) as events:
            async for event in events:
                yield event

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
