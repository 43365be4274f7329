"""Speaking to OpenAI, or to a compatible server, by its SDK."""

from collections.abc import AsyncGenerator
from typing import TypeAlias

from channels_app.providers.base.loop_clients import LoopClients
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.errors import translated
from channels_app.providers.openai.extra import (
    AsyncOpenAI,
    ChatCompletion,
    ChatCompletionChunk,
    DefaultAsyncHttpxClient,
    Response,
    ResponseStreamEvent,
)
from rooms.domain.json import JsonObject

Chunks: TypeAlias = AsyncGenerator[ChatCompletionChunk, None]
"""A streamed answer of Chat Completions."""

Events: TypeAlias = AsyncGenerator[ResponseStreamEvent, None]
"""A streamed answer of the Responses API."""


class OpenAIClient:
    """Asks a server, from any event loop.

    Args:
        config: Where the server is.
        vendor: Whose errors they are.
    """

    def __init__(self, config: OpenAIConfig, vendor: str) -> None:
        self._config = config
        self._vendor = vendor
        self._clients = LoopClients(self._serve)

    async def complete(self, request: JsonObject) -> ChatCompletion:
        """Return a whole answer of Chat Completions.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        with translated(self._vendor):
            return await (await self._clients.current()).chat.completions.create(**request)

    async def stream_completion(self, request: JsonObject) -> Chunks:
        """Yield the chunks of an answer of Chat Completions.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        with translated(self._vendor):
            sdk = await self._clients.current()
            async with await sdk.chat.completions.create(**request, stream=True) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def respond(self, request: JsonObject) -> Response:
        """Return a whole answer of the Responses API.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        with translated(self._vendor):
            return await (await self._clients.current()).responses.create(**request)

    async def stream_response(self, request: JsonObject) -> Events:
        """Yield the events of an answer of the Responses API.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        with translated(self._vendor):
            sdk = await self._clients.current()
            async with await sdk.responses.create(**request, stream=True) as events:
                async for event in events:
                    yield event

    async def ask_for_model(self, name: str) -> bool:
        """Tell whether there is a model of this name.

        Compatible servers list their models, and not all of them tell of a single one.

        Raises:
            ProviderError: If the key is wrong, OpenAI has no such model, or nobody answers.
        """
        with translated(self._vendor):
            sdk = await self._clients.current()
            if self._config.is_own:
                return (await sdk.models.retrieve(name)).id == name
            return any([model.id == name async for model in sdk.models.list()])

    async def close(self) -> None:
        """Close this loop's connections; a later question opens new ones."""
        await self._clients.close()

    async def _serve(self) -> AsyncGenerator[AsyncOpenAI, None]:
        async with self._make() as sdk:
            yield sdk

    def _make(self) -> AsyncOpenAI:
        """Make a client that tries once: who asks decides about another try, and counts it.

        The SDK's own HTTP client would close itself in whatever loop runs when it is dropped.
        """
        config = self._config
        return AsyncOpenAI(
            api_key=config.api_key.get_secret_value(),
            base_url=config.base_url,
            timeout=config.timeout,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(timeout=config.timeout, follow_redirects=False),
        )
