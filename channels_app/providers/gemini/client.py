"""Speaking to Gemini by Google's SDK."""

from collections.abc import AsyncGenerator

import httpx

from channels_app.providers.base.ai import AIContext, StreamEvent
from channels_app.providers.base.loop_clients import LoopClients
from channels_app.providers.base.trust import trusted_authorities
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.providers.gemini.errors import translated
from channels_app.providers.gemini.extra import Client, types
from channels_app.providers.gemini.hanging_up import hanging_up, note_response
from channels_app.providers.gemini.reading import AnswerReader
from channels_app.providers.gemini.requests import build_request

MS_PER_S = 1000


class GeminiClient:
    """Asks Gemini, from any event loop; each loop has connections of its own."""

    def __init__(self, config: GeminiConfig) -> None:
        self._config = config
        self._clients = LoopClients(self._serve)

    async def stream(self, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
        """Yield one answer.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        with translated():
            request = build_request(context, self._config)
            client = await self._clients.current()
            chunks = await client.aio.models.generate_content_stream(
                model=self._config.model, contents=request.contents, config=request.config
            )
            reader = AnswerReader()
            async with hanging_up(chunks) as received:
                async for chunk in received:
                    for event in reader.read(chunk):
                        yield event
            for event in reader.end():
                yield event

    async def ask_for_model(self, name: str) -> None:
        """Ask whether there is a model of this name.

        Raises:
            ProviderError: If there is none, the key is wrong, or nobody answers.
        """
        with translated():
            client = await self._clients.current()
            await client.aio.models.get(model=name)

    async def close(self) -> None:
        """Close this loop's connections; a later question opens new ones."""
        await self._clients.close()

    async def _serve(self) -> AsyncGenerator[Client, None]:
        """Yield a client that tries once: who asks decides about another try, and counts it.

        The HTTP clients are ours: beside them the SDK neither repeats nor chooses another library.
        """
        verify = trusted_authorities()
        hooks = {"response": [note_response]}
        async with httpx.AsyncClient(verify=verify, event_hooks=hooks) as http:
            with httpx.Client(verify=verify) as unused:
                yield self._make(http, unused)

    def _make(self, http: httpx.AsyncClient, unused: httpx.Client) -> Client:
        config = self._config
        options = types.HttpOptions(
            base_url=config.base_url,
            timeout=int(config.timeout * MS_PER_S),
            httpx_async_client=http,
            httpx_client=unused,
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        return Client(
            vertexai=False, api_key=config.api_key.get_secret_value(), http_options=options
        )
