"""What one answer of a model consists of, collected while it is written."""

from collections.abc import Collection

from channels_app.providers.base.ai import (
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AIToolCall,
    AIToolCallPart,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from hooks.results import Observation, Task

MAX_CALLS = 32
"""How many tool calls of one answer are heeded."""

CUT_SHORT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})


class Repeat:
    """Drops the beginning of a text that only says again what was said before the tools ran.

    Text that could be the beginning is held back until it is it whole, or turns out otherwise.
    """

    def __init__(self, said: str) -> None:
        self._said = said
        self._held = ""

    def pass_on(self, delta: str) -> str:
        """Return what may be shown now."""
        if not self._said:
            return delta
        seen = self._held + delta
        if len(seen) < len(self._said) and self._said.startswith(seen):
            self._held = seen
            return ""
        rest = seen.removeprefix(self._said)
        self._said = self._held = ""
        return rest

    def release(self) -> str:
        """Return what is held at the end of the text."""
        held, self._held, self._said = self._held, "", ""
        return held


class RoundBuffer:
    """Collects one answer.

    Args:
        said: What the model said before the tools of the last round.
        taken_ids: Ids of earlier tool calls; a call that has one of these gets another.

    Attributes:
        text: What the model wrote, repetitions included.
        thinking: Its reasoning, in the pieces that the vendor wants back.
    """

    def __init__(self, *, said: str = "", taken_ids: Collection[str] = ()) -> None:
        self.text = ""
        self.thinking: list[AIThinkingPart] = []
        self.calls: list[AIToolCall] = []
        self.usage: dict[str, int] = {}
        self.finish_reason: str | None = None
        self.tasks: list[Task] = []
        self.observations: list[Observation] = []
        self._repeat = Repeat(said)
        self._thought = ""
        self._ids = set(taken_ids)

    @property
    def is_cut_short(self) -> bool:
        """Whether the model ran out of room before it had said all."""
        return (self.finish_reason or "").lower() in CUT_SHORT

    @property
    def is_empty(self) -> bool:
        """Whether the model neither said nor asked for anything."""
        return not self.text.strip() and not self.calls

    def feed(self, event: StreamEvent) -> str:
        """Take an event and return the text that may be shown because of it."""
        if isinstance(event, StreamTextDelta):
            self.text += event.text
            return self._repeat.pass_on(event.text)
        if isinstance(event, StreamThinkingDelta):
            self._think(event)
        elif isinstance(event, StreamToolCall):
            self._take_call(event)
        else:
            self.finish_reason, self.usage = event.finish_reason, dict(event.usage)
            self.tasks += event.tasks
            self.observations += event.observations
        return ""

    def finish(self) -> str:
        """Return what is still held back."""
        if self._thought:
            self.thinking.append(AIThinkingPart(thinking=self._thought))
            self._thought = ""
        return self._repeat.release()

    def message(self) -> AIMessage:
        """Return the answer as a turn for the next request: thinking first, then text, calls."""
        return answer_message(self.thinking, self.text, self.calls)

    def _think(self, event: StreamThinkingDelta) -> None:
        self._thought += event.thinking
        if event.signature is None and not event.metadata:
            return
        part = AIThinkingPart(
            thinking=self._thought, signature=event.signature, metadata=event.metadata
        )
        self.thinking.append(part)
        self._thought = ""

    def _take_call(self, event: StreamToolCall) -> None:
        if len(self.calls) >= MAX_CALLS:
            return
        call_id = event.id or "call"
        number = 1
        while call_id in self._ids:
            number += 1
            call_id = f"{event.id or 'call'}-{number}"
        self._ids.add(call_id)
        self.calls.append(
            AIToolCall(
                id=call_id, name=event.name, arguments=event.arguments, metadata=event.metadata
            )
        )


def answer_message(thinking: list[AIThinkingPart], text: str, calls: list[AIToolCall]) -> AIMessage:
    """Return what a model answered as a turn for its next request."""
    if not thinking and not calls:
        return AIMessage(role="assistant", content=text)
    parts: list[AIPart] = [*thinking]
    if text:
        parts.append(AITextPart(text=text))
    parts += [
        AIToolCallPart(id=call.id, name=call.name, arguments=call.arguments, metadata=call.metadata)
        for call in calls
    ]
    return AIMessage(role="assistant", content=parts)


def join(before: str, text: str) -> str:
    """Return `text` as it goes behind `before`: a blank line between them unless there is space."""
    if not before or not text or before[-1].isspace() or text[0].isspace():
        return text
    return f"\n\n{text}"
