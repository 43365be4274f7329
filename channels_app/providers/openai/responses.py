"""Asking by the Responses API, by which newer models reason and use tools at once."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any

from channels_app.providers.base.ai import (
    AIContext,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.providers.base.arguments import read_arguments
from channels_app.providers.openai import errors
from channels_app.providers.openai.client import OpenAIClient
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.extra import (
    Response,
    ResponseErrorEvent,
    ResponseOutputItem,
    ResponseOutputItemDoneEvent,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseReasoningSummaryPartAddedEvent,
    ResponseStreamEvent,
)
from channels_app.providers.openai.models import Traits
from channels_app.providers.openai.responses_request import FOLLOWS, ITEM, build_request
from channels_app.providers.openai.usage import read_responses_usage
from rooms.domain.json import JsonObject

REASONS = {"max_output_tokens": "length"}
"""Why an answer is incomplete, in the words of Chat Completions; others stay as they are."""


class Responses:
    """Asks one model by the Responses API.

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
        answer = await self._client.respond(request)
        if not hasattr(answer, "output"):
            raise errors.unreadable(self._vendor)
        reader = ResponsesReader(self._vendor)
        for item in answer.output or ():
            for event in reader.read_whole(item):
                yield event
        for event in reader.end(answer):
            yield event

    async def stream(self, context: AIContext) -> AsyncGenerator[StreamEvent, None]:
        """Yield the answer piece by piece.

        Raises:
            ProviderError: If the model refused, failed or could not be reached.
        """
        request = build_request(context, self._config, self._traits)
        reader = ResponsesReader(self._vendor)
        async with aclosing(self._client.stream_response(request)) as received:
            async for said in received:
                for event in reader.read(said):
                    yield event
        if not reader.ended:
            raise errors.cut_short(self._vendor)


class ResponsesReader:
    """Reads the events of one answer, or the items of a whole one.

    Attributes:
        ended: Whether the answer said that it has ended.
    """

    def __init__(self, vendor: str) -> None:
        self.ended = False
        self._vendor = vendor
        self._about: JsonObject = {}
        self._reasoning_id = ""
        self._has_calls = False
        self._readers: dict[str, Callable[[Any], Iterator[StreamEvent]]] = {
            "response.output_text.delta": self._read_text,
            "response.refusal.delta": self._read_refusal,
            "response.reasoning_summary_part.added": self._part_thoughts,
            "response.reasoning_summary_text.delta": self._read_thought,
            "response.reasoning_text.delta": self._read_thought,
            "response.output_item.done": self._read_item,
            "response.completed": self._read_end,
            "response.incomplete": self._read_end,
            "response.failed": self._read_end,
            "error": self._read_error,
        }

    def read(self, said: ResponseStreamEvent) -> Iterator[StreamEvent]:
        """Yield what an event adds; most of them add nothing.

        Raises:
            ProviderError: If the model failed.
        """
        read = self._readers.get(getattr(said, "type", ""))
        if read is not None:
            yield from read(said)

    def read_whole(self, item: ResponseOutputItem) -> Iterator[StreamEvent]:
        """Yield what an item of a whole answer says."""
        if item.type == "message":
            for part in item.content:
                yield from self._read_part(part)
        elif item.type == "reasoning" and (thought := _thought_of(item)):
            yield StreamThinkingDelta(thinking=thought)
        yield from self._end_item(item)

    def end(self, answer: Response) -> Iterator[StreamEvent]:
        """Yield the end of an answer.

        Raises:
            ProviderError: If the model failed.
        """
        self.ended = True
        if answer.status not in {"completed", "incomplete"}:
            code = getattr(answer.error, "code", None) or answer.status
            message = getattr(answer.error, "message", None) or "no reason was given"
            raise errors.failed(code, message, self._vendor)
        self._about["model"] = answer.model
        yield StreamDone(
            finish_reason=self._reason_of(answer),
            usage=read_responses_usage(answer.usage),
            metadata=self._about,
        )

    def _reason_of(self, answer: Response) -> str:
        if answer.status == "incomplete":
            reason = getattr(answer.incomplete_details, "reason", None) or "incomplete"
            return REASONS.get(reason, reason)
        return "tool_calls" if self._has_calls else "stop"

    # -- events

    def _read_text(self, said: Any) -> Iterator[StreamEvent]:
        yield StreamTextDelta(text=said.delta)

    def _read_refusal(self, said: Any) -> Iterator[StreamEvent]:
        self._about["refusal"] = True
        yield StreamTextDelta(text=said.delta)

    def _part_thoughts(self, said: ResponseReasoningSummaryPartAddedEvent) -> Iterator[StreamEvent]:
        if said.summary_index:
            yield StreamThinkingDelta(thinking="\n\n")

    def _read_thought(self, said: Any) -> Iterator[StreamEvent]:
        yield StreamThinkingDelta(thinking=said.delta)

    def _read_item(self, said: ResponseOutputItemDoneEvent) -> Iterator[StreamEvent]:
        yield from self._end_item(said.item)

    def _read_end(self, said: Any) -> Iterator[StreamEvent]:
        yield from self.end(said.response)

    def _read_error(self, said: ResponseErrorEvent) -> Iterator[StreamEvent]:
        raise errors.failed(said.code, said.message, self._vendor)

    # -- items

    def _read_part(self, part: ResponseOutputText | ResponseOutputRefusal) -> Iterator[StreamEvent]:
        if part.type == "refusal":
            self._about["refusal"] = True
        text = part.refusal if part.type == "refusal" else part.text
        if text:
            yield StreamTextDelta(text=text)

    def _end_item(self, item: ResponseOutputItem) -> Iterator[StreamEvent]:
        """Yield what goes back with the next question: encrypted reasoning, and calls."""
        if item.type == "reasoning" and item.encrypted_content:
            self._reasoning_id = item.id
            yield StreamThinkingDelta(thinking="", metadata={ITEM: _kept(item)})
        elif item.type == "function_call":
            self._has_calls = True
            yield StreamToolCall(
                id=item.call_id,
                name=item.name,
                arguments=read_arguments(item.arguments),
                metadata={FOLLOWS: self._reasoning_id} if self._reasoning_id else {},
            )


def _thought_of(item: ResponseReasoningItem) -> str:
    """Return what is told of reasoning: its summary, or all of it by a model that is open."""
    told = item.summary or getattr(item, "content", None) or ()
    return "\n\n".join(part.text for part in told)


def _kept(item: ResponseReasoningItem) -> JsonObject:
    return {
        "type": "reasoning",
        "id": item.id,
        "summary": [{"type": "summary_text", "text": part.text} for part in item.summary],
        "encrypted_content": item.encrypted_content,
    }
