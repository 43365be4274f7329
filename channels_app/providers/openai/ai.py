"""Answers by OpenAI's models, and by those of compatible servers."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from channels_app.providers.base.ai import (
    AIContext,
    AIResponse,
    ProviderError,
    StreamEvent,
)
from channels_app.providers.base.streaming_ai import StreamingAIProvider
from channels_app.providers.base.whole import collect
from channels_app.providers.openai.chat_request import is_reasoning_lost
from channels_app.providers.openai.checking import explain, no_model
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.limits import limits_of
from channels_app.providers.openai.models import traits_of

if TYPE_CHECKING:
    from channels_app.providers.openai.chat import ChatCompletions
    from channels_app.providers.openai.responses import Responses

logger = logging.getLogger("roomkit.ai")


class OpenAIAIProvider(StreamingAIProvider):
    """A model of OpenAI's or of a compatible server. One object serves any number of event loops.

    A question is asked once: the SDK's own retries are off. A budget of thinking becomes the effort
    that is nearest to it. Reasoning that goes back with a tool's result is in the metadata of
    thinking parts; where a server writes it into the text, it goes back as text.

    By Chat Completions newer models of OpenAI's do not reason while they have tools; the first time
    that happens to a question with a budget, a warning is logged.

    Args:
        config: Says where the model is, and by which API it is asked.
        name: Whose model it is, as events, prices and errors name it.

    Raises:
        ModuleNotFoundError: If the SDK is not installed.
    """

    config_model = OpenAIConfig
    extra = "openai"

    def __init__(self, config: OpenAIConfig, *, name: str = "openai") -> None:
        # An extra, and slow to import: at the first question it would hold up the event loop.
        from channels_app.providers.openai.client import OpenAIClient  # noqa: PLC0415

        self._config = config
        self._name = name
        self._traits = traits_of(config.model, is_own=config.is_own)
        self._client = OpenAIClient(config, name)
        self._api = self._make_api()
        self._has_warned = False

    @property
    def name(self) -> str:
        """Whose model it is."""
        return self._name

    @property
    def model_name(self) -> str:
        """The configured model."""
        return self._config.model

    @property
    def supports_vision(self) -> bool:
        """What the config says, else what is known of the model."""
        said = self._config.vision
        return self._traits.vision if said is None else said

    @property
    def context_window(self) -> int | None:
        """How many tokens the model can read; None of a model that is not known."""
        return self._traits.context_window

    def output_bound(self, context: AIContext) -> int:
        """Return the bound that the request has; what the model thinks unasked is within it."""
        return limits_of(context, self._config, self._traits).output_tokens

    async def generate(self, context: AIContext) -> AIResponse:
        """Answer at once.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        self._warn(context)
        async with aclosing(self._api.ask(context)) as events:
            return await collect(events)

    async def generate_structured_stream(
        self, context: AIContext
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece, with reasoning, tool calls and usage.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        self._warn(context)
        async with aclosing(self._api.stream(context)) as events:
            async for event in events:
                yield event

    async def check(self) -> None:
        """Ask for the model, which shows whether the key works; nothing is generated.

        Raises:
            CheckFailed: If the key is wrong, there is no such model, or nobody answers.
        """
        try:
            found = await self._client.ask_for_model(self._config.model)
        except ProviderError as error:
            raise explain(error, is_own=self._config.is_own) from None
        if not found:
            raise no_model(self._name)

    async def close(self) -> None:
        """Close the connections of this event loop; a later question opens new ones."""
        await self._client.close()

    def _make_api(self) -> "ChatCompletions | Responses":
        # They come with the extra, as above.
        from channels_app.providers.openai.chat import ChatCompletions  # noqa: PLC0415
        from channels_app.providers.openai.responses import Responses  # noqa: PLC0415

        make = Responses if self._config.api == "responses" else ChatCompletions
        return make(self._client, self._config, self._traits, self._name)

    def _warn(self, context: AIContext) -> None:
        if not self._has_warned and is_reasoning_lost(context, self._config, self._traits):
            self._has_warned = True
            logger.warning(
                "the model does not think while it has tools: use the Responses API",
                extra={"provider": self._name, "model": self._config.model},
            )
