"""Speaking to Anthropic by its SDK."""

from collections.abc import AsyncGenerator
from typing import Any

from channels_app.providers.anthropic.config import BASE_URL, AnthropicConfig
from channels_app.providers.anthropic.errors import cut_short, translated
from channels_app.providers.anthropic.extra import AsyncAnthropic, DefaultAsyncHttpxClient
from channels_app.providers.base.loop_clients import LoopClients
from rooms.domain.json import JsonObject

LAST_EVENT = "message_stop"


class AnthropicClient:
    """Asks Anthropic, from any event loop."""

    def __init__(self, config: AnthropicConfig) -> None:
        self._config = config
        self._clients = LoopClients(self._serve)

    async def stream(self, request: JsonObject) -> AsyncGenerator[Any, None]:
        """Yield the raw events of one answer.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        with translated():
            client = await self._clients.current()
            async with await client.messages.create(**request, stream=True) as events:
                last = ""
                async for event in events:
                    last = event.type
                    yield event
        if last != LAST_EVENT:
            raise cut_short()

    async def ask_for_model(self, name: str) -> None:
        """Ask whether there is a model of this name.

        Raises:
            ProviderError: If there is none, the key is wrong, or nobody answers.
        """
        with translated():
            await (await self._clients.current()).models.retrieve(name)

    async def close(self) -> None:
        """Close this loop's connections; a later question opens new ones."""
        await self._clients.close()

    async def _serve(self) -> AsyncGenerator[AsyncAnthropic, None]:
        async with self._make() as client:
            yield client

    def _make(self) -> AsyncAnthropic:
        """Make a client that tries once: who asks decides about another try, and counts it.

        The SDK's own HTTP client would close itself in whatever loop runs when it is dropped.
        """
        config = self._config
        return AsyncAnthropic(
            api_key=config.api_key.get_secret_value(),
            base_url=config.base_url or BASE_URL,
            timeout=config.timeout,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(timeout=config.timeout, follow_redirects=False),
        )
