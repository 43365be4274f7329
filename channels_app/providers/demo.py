"""A model for the first run: it needs no key and no network, and speaks for an invented shop."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from channels_app.providers.base.ai import (
    AIContext,
    AIMessage,
    AIProvider,
    AIResponse,
    AITextPart,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
)
from channels_app.providers.willow_lane.assistant import reply

CHARACTERS_PER_TOKEN = 4


class DemoShopProvider(AIProvider):
    """Answers questions about the shop Willow Lane by fixed rules, in English and French.

    The same conversation always gets the same answer. An order number given earlier in the
    conversation is remembered as long as the message is in the context.

    Args:
        word_delay_s: How long a stream waits between two words, in seconds.
    """

    def __init__(self, *, word_delay_s: float = 0.03) -> None:
        if word_delay_s < 0:
            raise ValueError(f"word_delay_s must not be negative, got {word_delay_s}")
        self._word_delay_s = word_delay_s

    @property
    def model_name(self) -> str:
        """Always `willow-lane-rules`."""
        return "willow-lane-rules"

    @property
    def supports_streaming(self) -> bool:
        """Always: answers come word by word."""
        return True

    @property
    def supports_structured_streaming(self) -> bool:
        """Always: answers come word by word."""
        return True

    async def generate(self, context: AIContext) -> AIResponse:
        """Answer the last message of the user."""
        answer = _answer(context)
        return AIResponse(content=answer, finish_reason="stop", usage=_usage(context, answer))

    async def generate_stream(self, context: AIContext) -> AsyncIterator[str]:
        """Answer the last message of the user, one word at a time."""
        for place, word in enumerate(re.findall(r"\S+\s*", _answer(context))):
            if place and self._word_delay_s:
                await asyncio.sleep(self._word_delay_s)
            yield word

    async def generate_structured_stream(self, context: AIContext) -> AsyncIterator[StreamEvent]:
        """Answer the last message of the user, one word at a time, with usage at the end."""
        words = []
        async for word in self.generate_stream(context):
            words.append(word)
            yield StreamTextDelta(text=word)
        yield StreamDone(finish_reason="stop", usage=_usage(context, "".join(words)))


def _answer(context: AIContext) -> str:
    texts = [_text(message) for message in context.messages if message.role == "user"]
    return reply(texts or [""])


def _text(message: AIMessage) -> str:
    if isinstance(message.content, str):
        return message.content
    return " ".join(part.text for part in message.content if isinstance(part, AITextPart))


def _usage(context: AIContext, answer: str) -> dict[str, int]:
    """Estimate tokens the way vendors are priced, so that screens have numbers to show."""
    read = [context.system_prompt or "", *map(_text, context.messages)]
    return {"input_tokens": _tokens(read), "output_tokens": _tokens([answer])}


def _tokens(texts: Sequence[str]) -> int:
    return sum(len(text) // CHARACTERS_PER_TOKEN + 1 for text in texts)
