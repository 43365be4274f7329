"""A language model that is asked by one stream, whoever wants what of it."""

from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels_app.providers.base.ai import (
    AIContext,
    AIProvider,
    AIResponse,
    StreamEvent,
    StreamTextDelta,
)
from channels_app.providers.base.whole import collect


class StreamingAIProvider(AIProvider):
    """A model whose structured stream serves the other two ways of asking as well."""

    @property
    def supports_streaming(self) -> bool:
        """Always."""
        return True

    @property
    def supports_structured_streaming(self) -> bool:
        """Always."""
        return True

    async def generate(self, context: AIContext) -> AIResponse:
        """Answer at once: the stream is read to its end.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        return await collect(self.generate_structured_stream(context))

    async def generate_stream(self, context: AIContext) -> AsyncGenerator[str, None]:
        """Answer piece by piece: yields text deltas.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        async with aclosing(self.generate_structured_stream(context)) as events:
            async for event in events:
                if isinstance(event, StreamTextDelta):
                    yield event.text

    @abstractmethod
    def generate_structured_stream(self, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece, with reasoning, tool calls and usage.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
