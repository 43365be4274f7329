"""Asking by Chat Completions, which every compatible server has."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from channels_app.providers.base.ai import (
    AIContext,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
)
from channels_app.providers.openai import errors
from channels_app.providers.openai.calls import CallAssembler
from channels_app.providers.openai.chat_request import FIELD, build_request, stream_options
from channels_app.providers.openai.client import OpenAIClient
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.extra import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChoiceDelta,
)
from channels_app.providers.openai.models import Traits
from channels_app.providers.openai.thoughts import ThoughtSplitter
from channels_app.providers.openai.usage import read_chat_usage
from rooms.domain.json import JsonObject

REASONING_FIELDS = ("reasoning_content", "reasoning")
"""Where compatible servers put the reasoning; the SDK does not know either."""


class ChatCompletions:
    """Asks one model by Chat Completions.

    Args:
        client: Reaches the server.
        config: Names the model.
        traits: What the model takes.
        vendor: Whose errors they are.
    """

    def __init__(
        self, client: OpenAIClient, config: OpenAIConfig, traits: Traits, vendor: str
    ) -> None:
        self._client = client
        self._config = config
        self._traits = traits
        self._vendor = vendor

    async def ask(self, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
        """Yield the whole answer, as a stream would.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        request = build_request(context, self._config, self._traits)
        answer = await self._client.complete(request)
        choices = getattr(answer, "choices", None)
        if not choices:
            raise errors.unreadable(self._vendor)
        reader = self._make_reader()
        for event in reader.read(choices[0].message):
            yield event
        reader.note(answer)
        for event in reader.end(self._vendor):
            yield event

    async def stream(self, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
        """Yield the answer piece by piece.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        request = build_request(context, self._config, self._traits)
        reader = self._make_reader()
        chunks = self._client.stream_completion(request | stream_options(self._config))
        async with aclosing(chunks) as received:
            async for chunk in received:
                for event in reader.read_chunk(chunk):
                    yield event
        for event in reader.end(self._vendor):
            yield event

    def _make_reader(self) -> "ChatReader":
        return ChatReader(splits_thoughts=not self._config.is_own)


class ChatReader:
    """Reads the deltas of one answer; a whole message is read as one.

    Args:
        splits_thoughts: Whether reasoning may be written into the text.
    """

    def __init__(self, *, splits_thoughts: bool) -> None:
        self._splitter = ThoughtSplitter() if splits_thoughts else None
        self._calls = CallAssembler()
        self._field = ""
        self._reason: str | None = None
        self._usage: dict[str, int] = {}
        self._about: JsonObject = {}

    def read_chunk(self, chunk: ChatCompletionChunk) -> Iterator[StreamEvent]:
        """Yield what a chunk adds; the one with the usage has no choices."""
        for choice in getattr(chunk, "choices", None) or ():
            if choice.delta is not None:
                yield from self.read(choice.delta)
        self.note(chunk)

    def read(self, delta: ChoiceDelta | ChatCompletionMessage) -> Iterator[StreamEvent]:
        """Yield what a delta adds; calls are complete only at the end."""
        for name in REASONING_FIELDS:
            if thought := getattr(delta, name, None):
                self._field = name
                yield StreamThinkingDelta(thinking=thought)
                break
        if delta.content or delta.tool_calls or delta.refusal:
            yield from self._end_reasoning()
        if delta.content:
            yield from self._read_text(delta.content)
        if delta.refusal:
            self._about["refusal"] = True
            yield StreamTextDelta(text=delta.refusal)
        self._calls.add(delta.tool_calls)

    def note(self, answer: ChatCompletion | ChatCompletionChunk) -> None:
        """Keep what an answer, or a chunk of it, says of itself."""
        for choice in getattr(answer, "choices", None) or ():
            self._reason = choice.finish_reason or self._reason
        if usage := getattr(answer, "usage", None):
            self._usage = read_chat_usage(usage)
        if model := getattr(answer, "model", None):
            self._about["model"] = model

    def end(self, vendor: str) -> Iterator[StreamEvent]:
        """Yield what is complete only now, and the end.

        Raises:
            ProviderError: If the answer did not say that it has ended.
        """
        if self._reason is None:
            raise errors.cut_short(vendor)
        if self._splitter is not None:
            yield from self._splitter.end()
        yield from self._end_reasoning()
        yield from self._calls.end()
        yield StreamDone(finish_reason=self._reason, usage=self._usage, metadata=self._about)

    def _read_text(self, text: str) -> Iterator[StreamEvent]:
        if self._splitter is None:
            yield StreamTextDelta(text=text)
        else:
            yield from self._splitter.read(text)

    def _end_reasoning(self) -> Iterator[StreamEvent]:
        """Yield the end of reasoning that has a field of its own, which the server wants back."""
        if self._field:
            yield StreamThinkingDelta(thinking="", metadata={FIELD: self._field})
            self._field = ""
