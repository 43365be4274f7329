"""What the fake of Anthropic is told to answer, and how that looks on the wire.

Sources: the SDK anthropic 2.12.0 for Python (`RawMessageStreamEvent` and its parts, `Message`,
`Usage`) and https://platform.claude.com/docs/en/build-with-claude/streaming.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from channels_app.testing.fakes.server import Streamed

WAIT_S = 30.0
"""For how long a `Hold` waits for its test, in seconds."""


@dataclass(frozen=True)
class Ping:
    """An event that says nothing."""


@dataclass(frozen=True)
class Cut:
    """The line is cut here."""


@dataclass(frozen=True)
class Hold:
    """Nothing more is sent until the gate is set."""

    gate: threading.Event


@dataclass(frozen=True)
class Broken:
    """An `error` event; the stream ends with it."""

    type: str = "overloaded_error"
    message: str = "Overloaded"


Control: TypeAlias = Ping | Cut | Hold | Broken
Piece: TypeAlias = str | Control
"""A delta, or what happens between two of them."""


@dataclass(frozen=True)
class Text:
    """Text in these deltas."""

    pieces: tuple[Piece, ...]

    def __init__(self, *pieces: Piece) -> None:
        object.__setattr__(self, "pieces", pieces)


@dataclass(frozen=True)
class Thinking:
    """Reasoning in these deltas, and its signature."""

    pieces: tuple[Piece, ...]
    signature: str

    def __init__(self, *pieces: Piece, signature: str = "sig-1") -> None:
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "signature", signature)


@dataclass(frozen=True)
class Redacted:
    """Reasoning that nobody may read."""

    data: str = "encrypted-1"
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class ToolUse:
    """A call; its arguments go out in these pieces of JSON, or in one."""

    id: str
    name: str
    pieces: tuple[Piece, ...]

    def __init__(self, id: str, name: str, input: Any = None, *, pieces: Any = ()) -> None:
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "name", name)
        given = tuple(pieces) or ("" if input is None else json.dumps(input),)
        object.__setattr__(self, "pieces", given)


Block: TypeAlias = Text | Thinking | Redacted | ToolUse


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        parts: Blocks, and what happens between them.
        stop_reason: Why the answer ends; by default what fits the blocks.
        usage: Counters that differ from the usual ones.
    """

    parts: tuple[Block | Control, ...]
    stop_reason: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)

    def __init__(
        self,
        *parts: Block | Control,
        stop_reason: str = "",
        usage: Mapping[str, int] | None = None,
    ) -> None:
        object.__setattr__(self, "parts", parts)
        uses_tools = any(isinstance(part, ToolUse) for part in parts)
        object.__setattr__(
            self, "stop_reason", stop_reason or ("tool_use" if uses_tools else "end_turn")
        )
        object.__setattr__(self, "usage", usage or {})

    @property
    def blocks(self) -> list[Block]:
        """What it says, without what happens in between."""
        return [each for each in self.parts if not isinstance(each, Control)]

    def counters(self) -> dict[str, int]:
        """Return the tokens it costs."""
        usual = {
            "input_tokens": 12,
            "output_tokens": 7,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0,
        }
        return usual | dict(self.usage)


def content_of(block: Block) -> dict[str, Any]:
    """Return a block as a whole, as the model wants it back."""
    said = "".join(piece for piece in block.pieces if isinstance(piece, str))
    match block:
        case Text():
            return {"type": "text", "text": said}
        case Thinking():
            return {"type": "thinking", "thinking": said, "signature": block.signature}
        case Redacted():
            return {"type": "redacted_thinking", "data": block.data}
        case ToolUse():
            whole = _input_of(said)
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": whole}


def _input_of(said: str) -> Any:
    """Return a call's arguments; those that were cut off are nowhere to be had."""
    try:
        return json.loads(said or "{}")
    except ValueError:
        return {}


def message_of(reply: Reply, message_id: str, model: str) -> dict[str, Any]:
    """Return a whole answer."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [content_of(block) for block in reply.blocks],
        "stop_reason": reply.stop_reason,
        "stop_sequence": None,
        "usage": reply.counters(),
    }


def stream_of(reply: Reply, message_id: str, model: str) -> Streamed:
    """Return a streamed answer."""
    return Streamed(_bytes_of(_events(reply, message_id, model)))


def _bytes_of(events: Iterator[dict[str, Any] | Control]) -> Iterator[bytes | None]:
    for event in events:
        match event:
            case Hold():
                event.gate.wait(WAIT_S)
            case Cut():
                yield None
            case Ping():
                yield _sse({"type": "ping"})
            case Broken():
                error = {"type": event.type, "message": event.message}
                yield _sse({"type": "error", "error": error, "request_id": "req_fake"})
                return
            case _:
                yield _sse(event)


def _sse(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _events(reply: Reply, message_id: str, model: str) -> Iterator[dict[str, Any] | Control]:
    counters = reply.counters()
    begun = message_of(reply, message_id, model)
    begun |= {"content": [], "stop_reason": None, "usage": counters | {"output_tokens": 1}}
    yield {"type": "message_start", "message": begun}
    index = 0
    for part in reply.parts:
        if isinstance(part, Control):
            yield part
        else:
            yield from _block_events(part, index)
            index += 1
    ended = {"stop_reason": reply.stop_reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": counters}
    yield {"type": "message_stop"}


def _block_events(block: Block, index: int) -> Iterator[dict[str, Any] | Control]:
    yield {"type": "content_block_start", "index": index, "content_block": _opened(block)}
    for piece in block.pieces:
        if isinstance(piece, str):
            yield {"type": "content_block_delta", "index": index, "delta": _delta(block, piece)}
        else:
            yield piece
    if isinstance(block, Thinking):
        signed = {"type": "signature_delta", "signature": block.signature}
        yield {"type": "content_block_delta", "index": index, "delta": signed}
    yield {"type": "content_block_stop", "index": index}


def _opened(block: Block) -> dict[str, Any]:
    match block:
        case Text():
            return {"type": "text", "text": ""}
        case Thinking():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case Redacted():
            return {"type": "redacted_thinking", "data": block.data}
        case ToolUse():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": {}}


def _delta(block: Block, piece: str) -> dict[str, str]:
    match block:
        case Thinking():
            return {"type": "thinking_delta", "thinking": piece}
        case ToolUse():
            return {"type": "input_json_delta", "partial_json": piece}
    return {"type": "text_delta", "text": piece}
