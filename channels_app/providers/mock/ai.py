"""A model that says what it was told to say."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

from channels_app.providers.base.ai import (
    AIContext,
    AIProvider,
    AIResponse,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamToolCall,
    thinking_deltas,
)
from channels_app.providers.base.legality import find_faults

DEFAULT_RESPONSES = ("Hello from AI",)
USAGE = {"input_tokens": 10, "output_tokens": 5}

Delta: TypeAlias = str | Exception
"""A piece of streamed text, or what the stream breaks with at this point."""


class IllegalMessages(AssertionError):
    """A model was given messages that the vendors refuse.

    Attributes:
        faults: What is wrong with them, one sentence each.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"vendors refuse these messages: {'; '.join(faults)}")
        self.faults = list(faults)


class MockAIProvider(AIProvider):
    """Answers from a script, round-robin, and keeps every context it was given in `calls`.

    Messages that no vendor takes, such as a tool's result without its call, raise
    `IllegalMessages`, so that what works with the mock works with a vendor.

    Args:
        responses: Texts to answer with.
        vision: Whether to claim that pictures are understood.
        ai_responses: Whole answers to give; they win over `responses`.
        streaming: Whether to claim both kinds of streaming; a text is then one delta.
        deltas: Per answer, the pieces a stream yields; an exception among them is raised there.
            They win over the other answers and imply `streaming`.
        errors: The n-th call raises the n-th entry; None lets it pass.
        latency: Awaited before every answer and every delta, e.g. an event's `wait`.
    """

    def __init__(  # noqa: PLR0913 - the first four are a promise
        self,
        responses: list[str] | None = None,
        *,
        vision: bool = False,
        ai_responses: list[AIResponse] | None = None,
        streaming: bool = False,
        deltas: Sequence[Sequence[Delta]] | None = None,
        errors: Sequence[Exception | None] = (),
        latency: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self.calls: list[AIContext] = []
        self._answers = ai_responses or [
            AIResponse(content=text, finish_reason="stop", usage=dict(USAGE))
            for text in responses or DEFAULT_RESPONSES
        ]
        self._deltas = deltas
        self._vision = vision
        self._streaming = streaming or bool(deltas)
        self._errors = errors
        self._latency = latency

    @property
    def model_name(self) -> str:
        """Always `mock`."""
        return "mock"

    @property
    def supports_vision(self) -> bool:
        """What the constructor was told."""
        return self._vision

    @property
    def supports_streaming(self) -> bool:
        """What the constructor was told, or that deltas were scripted."""
        return self._streaming

    @property
    def supports_structured_streaming(self) -> bool:
        """The same as `supports_streaming`."""
        return self._streaming

    async def generate(self, context: AIContext) -> AIResponse:
        """Give the next answer of the script.

        Raises:
            IllegalMessages: If no vendor took the messages.
            Exception: What `errors` or the scripted deltas hold for this call.
        """
        number = self._begin(context)
        await self._wait()
        text = "".join([self._checked(delta) for delta in self._deltas_of(number)])
        return self._answer(number).model_copy(update={"content": text})

    async def generate_stream(self, context: AIContext) -> AsyncIterator[str]:
        """Yield the text of the next answer.

        Raises:
            IllegalMessages: If no vendor took the messages.
            Exception: What `errors` or the scripted deltas hold for this call.
        """
        async for event in self.generate_structured_stream(context):
            if isinstance(event, StreamTextDelta):
                yield event.text

    async def generate_structured_stream(self, context: AIContext) -> AsyncIterator[StreamEvent]:
        """Yield the next answer with its reasoning, tool calls and usage.

        Raises:
            IllegalMessages: If no vendor took the messages.
            Exception: What `errors` or the scripted deltas hold for this call.
        """
        number = self._begin(context)
        answer = self._answer(number)
        for thought in thinking_deltas(answer):
            yield thought
        for delta in self._deltas_of(number):
            await self._wait()
            yield StreamTextDelta(text=self._checked(delta))
        for call in answer.tool_calls:
            yield StreamToolCall(
                id=call.id, name=call.name, arguments=call.arguments, metadata=call.metadata
            )
        yield StreamDone.model_validate(answer, from_attributes=True)

    def _begin(self, context: AIContext) -> int:
        """Keep what this call was given and return its number, from 0."""
        number = len(self.calls)
        self.calls.append(context.model_copy(update={"messages": list(context.messages)}))
        if faults := find_faults(context.messages):
            raise IllegalMessages(faults)
        if number < len(self._errors) and (error := self._errors[number]) is not None:
            raise error
        return number

    def _answer(self, number: int) -> AIResponse:
        return self._answers[number % len(self._answers)]

    def _deltas_of(self, number: int) -> Sequence[Delta]:
        if self._deltas:
            return self._deltas[number % len(self._deltas)]
        text = self._answer(number).content
        return [text] if text else []

    @staticmethod
    def _checked(delta: Delta) -> str:
        if isinstance(delta, Exception):
            raise delta
        return delta

    async def _wait(self) -> None:
        if self._latency is not None:
            await self._latency()
