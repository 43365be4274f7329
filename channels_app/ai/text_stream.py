"""Reading a model's answer while it is being written."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from channels_app.providers.base.ai import (
    AIContext,
    AIProvider,
    StreamDone,
    StreamTextDelta,
    StreamToolCall,
)
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.ai")

T = TypeVar("T")


async def read_text(
    provider: AIProvider, asked: AIContext, facts: JsonObject
) -> AsyncGenerator[str, None]:
    """Yield the text deltas of one answer; nothing is asked of the model before the first read.

    When the answer is complete, `facts` gains what the model reported about it: `ai_usage`.

    Raises:
        ProviderError: If the model refused, failed or could not be reached.
    """
    if not provider.supports_structured_streaming:
        async with _closing(provider.generate_stream(asked)) as deltas:
            async for delta in deltas:
                yield delta
        return
    async with _closing(provider.generate_structured_stream(asked)) as events:
        async for event in events:
            if isinstance(event, StreamTextDelta):
                yield event.text
            elif isinstance(event, StreamToolCall):
                warn_of_unrun_tool(event.name)
            elif isinstance(event, StreamDone):
                facts["ai_usage"] = event.usage


def warn_of_unrun_tool(name: str) -> None:
    """Say in the log that a model called a tool although nobody runs tools."""
    logger.warning("the model called a tool that nobody runs", extra={"tool_name": name})


@asynccontextmanager
async def _closing(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Close a stream when its reader stops early, if it can be closed."""
    try:
        yield stream
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
