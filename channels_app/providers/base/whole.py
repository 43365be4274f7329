"""A streamed answer as a whole."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels_app.providers.base.ai import (
    AIResponse,
    AIThinkingPart,
    AIToolCall,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)


async def collect(stream: AsyncGenerator[StreamEvent, None]) -> AIResponse:
    """Read a stream to its end and return what it said.

    Raises:
        ProviderError: Whatever the stream raises.
    """
    texts: list[str] = []
    reasoning = _Reasoning()
    calls: list[AIToolCall] = []
    done = StreamDone()
    async with aclosing(stream) as events:
        async for event in events:
            match event:
                case StreamTextDelta():
                    texts.append(event.text)
                case StreamThinkingDelta():
                    reasoning.add(event)
                case StreamToolCall():
                    calls.append(AIToolCall(**event.model_dump(exclude={"type"})))
                case StreamDone():
                    done = event
    return AIResponse(
        content="".join(texts),
        thinking=reasoning.text or None,
        thinking_signature=reasoning.signature,
        thinking_parts=reasoning.parts,
        finish_reason=done.finish_reason,
        usage=done.usage,
        metadata=done.metadata,
        tasks=done.tasks,
        observations=done.observations,
        tool_calls=calls,
    )


class _Reasoning:
    """Puts deltas together to the pieces that the vendor wants back."""

    def __init__(self) -> None:
        self.parts: list[AIThinkingPart] = []
        self._said: list[str] = []

    def add(self, delta: StreamThinkingDelta) -> None:
        self._said.append(delta.thinking)
        if delta.signature or delta.metadata:
            whole = "".join(self._said)
            self._said = []
            self.parts.append(
                AIThinkingPart(thinking=whole, signature=delta.signature, metadata=delta.metadata)
            )

    @property
    def text(self) -> str:
        return "".join(part.thinking for part in self.parts) + "".join(self._said)

    @property
    def signature(self) -> str | None:
        """The last one; where there are several, only the parts say which belongs where."""
        return next((part.signature for part in reversed(self.parts) if part.signature), None)
