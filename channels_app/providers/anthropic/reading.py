"""Reading an answer while it is being written, from the raw events of the Messages API.

See https://platform.claude.com/docs/en/build-with-claude/streaming. What is not known here, such as
events and blocks of later versions, is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from channels_app.providers.anthropic.turns import REDACTED
from channels_app.providers.base.ai import (
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.providers.base.arguments import read_arguments
from rooms.domain.json import JsonObject

COUNTERS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
)
"""The vendor's names, which are ours: no token is counted under two of them."""


@dataclass
class _Block:
    """A block that is being written; `said` holds its deltas."""

    content: JsonObject
    said: list[str] = field(default_factory=list)
    signature: str = ""


class AnswerReader:
    """Reads one answer, event by event.

    Attributes:
        usage: Tokens so far; complete once the answer is.
        finish_reason: Why it ended; None before.
        blocks: What was said so far, in the form in which the vendor wants it back.
    """

    def __init__(self) -> None:
        self.usage: dict[str, int] = dict.fromkeys(COUNTERS, 0)
        self.finish_reason: str | None = None
        self.blocks: list[JsonObject] = []
        self._open: dict[int, _Block] = {}

    def read(self, event: Any) -> Iterator[StreamEvent]:
        """Yield what an event of the SDK's raw stream says."""
        match event.type:
            case "message_start":
                self._count(event.message.usage)
            case "content_block_start":
                self._begin(event.index, event.content_block)
            case "content_block_delta" if event.index in self._open:
                yield from _read_delta(self._open[event.index], event.delta)
            case "content_block_stop" if event.index in self._open:
                yield from self._end(self._open.pop(event.index))
            case "message_delta":
                self.finish_reason = event.delta.stop_reason or self.finish_reason
                self._count(event.usage)

    def _count(self, usage: Any) -> None:
        """Take over counters; those that come later are totals, not additions."""
        told = {name: getattr(usage, name, None) for name in COUNTERS}
        self.usage |= {name: count for name, count in told.items() if count is not None}

    def _begin(self, index: int, block: Any) -> None:
        match block.type:
            case "text" | "thinking":
                self._open[index] = _Block({"type": block.type})
            case "redacted_thinking":
                self._open[index] = _Block({"type": block.type, "data": block.data})
            case "tool_use":
                content = {"type": block.type, "id": block.id, "name": block.name}
                self._open[index] = _Block(content)

    def _end(self, block: _Block) -> Iterator[StreamEvent]:
        said = "".join(block.said)
        content = block.content
        match content["type"]:
            case "text":
                content["text"] = said
            case "thinking":
                content |= {"thinking": said, "signature": block.signature}
                yield StreamThinkingDelta(thinking="", signature=block.signature)
            case "redacted_thinking":
                yield StreamThinkingDelta(thinking="", metadata={REDACTED: content["data"]})
            case "tool_use":
                content["input"] = read_arguments(said)
                yield StreamToolCall(
                    id=content["id"], name=content["name"], arguments=content["input"]
                )
        if content.get("text") != "":
            self.blocks.append(content)


def _read_delta(block: _Block, delta: Any) -> Iterator[StreamEvent]:
    match delta.type:
        case "text_delta" if delta.text:
            block.said.append(delta.text)
            yield StreamTextDelta(text=delta.text)
        case "thinking_delta" if delta.thinking:
            block.said.append(delta.thinking)
            yield StreamThinkingDelta(thinking=delta.thinking)
        case "signature_delta":
            block.signature += delta.signature
        case "input_json_delta":
            block.said.append(delta.partial_json)
