"""What the fake of Gemini is told to answer, and how that looks on the wire.

Sources: the SDK google-genai 3.4 for Python (`GenerateContentResponse`, `Candidate`, `Part`,
`FinishReason`, `GenerateContentResponseUsageMetadata`) and
https://ai.google.dev/api/generate-content.
"""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from channels_app.testing.fakes.server import Streamed

WAIT_S = 30.0
"""For how long a `Hold` waits for its test, in seconds."""

JsonPart: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Cut:
    """The line is cut here."""


@dataclass(frozen=True)
class Hold:
    """Nothing more is sent until the gate is set."""

    gate: threading.Event


@dataclass(frozen=True)
class Broken:
    """An error instead of the next chunk; the stream ends with it."""

    status: int = 503
    word: str = "UNAVAILABLE"
    message: str = "The model is overloaded. Please try again later."


@dataclass(frozen=True)
class Chunk:
    """What goes out together."""

    parts: tuple[JsonPart, ...]

    def __init__(self, *parts: JsonPart) -> None:
        object.__setattr__(self, "parts", parts)


Piece: TypeAlias = Chunk | Cut | Hold | Broken


@dataclass(frozen=True)
class Counted:
    """Tokens as the vendor counts them.

    Attributes:
        prompt: All of the request, those of the cache included.
        cached: Those that were read from the cache.
        candidates: The answer, without its reasoning.
        thoughts: The reasoning.
    """

    prompt: int = 20
    cached: int = 0
    candidates: int = 9
    thoughts: int = 0

    def on_wire(self, *, ended: bool) -> dict[str, int]:
        """Return `usageMetadata`; of an answer under way only the prompt is counted."""
        if not ended:
            return {"promptTokenCount": self.prompt, "totalTokenCount": self.prompt}
        counts = {
            "promptTokenCount": self.prompt,
            "candidatesTokenCount": self.candidates,
            "totalTokenCount": self.prompt + self.candidates + self.thoughts,
        }
        if self.cached:
            counts["cachedContentTokenCount"] = self.cached
        if self.thoughts:
            counts["thoughtsTokenCount"] = self.thoughts
        return counts


@dataclass(frozen=True)
class Reply:
    """One answer.

    Attributes:
        pieces: Chunks, and what happens between them.
        finish: Why it ends, by the name in `FinishReason`; None never says so.
        counted: Its tokens.
        blocked: Why the prompt is not answered at all, by the name in `BlockedReason`.
    """

    pieces: tuple[Piece, ...] = ()
    finish: str | None = "STOP"
    counted: Counted = field(default_factory=Counted)
    blocked: str = ""

    @property
    def chunks(self) -> list[Chunk]:
        """What it says, without what happens in between."""
        return [piece for piece in self.pieces if isinstance(piece, Chunk)]


def text(said: str, *, signature: bytes = b"") -> JsonPart:
    """Return some text."""
    return {"text": said, **_signed(signature)}


def thought(said: str, *, signature: bytes = b"") -> JsonPart:
    """Return a summary of reasoning."""
    return {"text": said, "thought": True, **_signed(signature)}


def call(name: str, args: Any = None, *, id: str = "", signature: bytes = b"") -> JsonPart:
    """Return a function call; few models give it an id."""
    named = {"id": id} if id else {}
    return {"functionCall": {**named, "name": name, "args": args or {}}, **_signed(signature)}


def says(*pieces: str, finish: str | None = "STOP", counted: Counted | None = None) -> Reply:
    """Return an answer of text, one chunk each."""
    return Reply(tuple(Chunk(text(piece)) for piece in pieces), finish, counted or Counted())


def _signed(signature: bytes) -> JsonPart:
    return {"thoughtSignature": base64.b64encode(signature).decode()} if signature else {}


def whole_of(reply: Reply, model: str) -> dict[str, Any]:
    """Return an answer in one piece."""
    parts = [part for chunk in reply.chunks for part in chunk.parts]
    return _body(reply, model, parts, ended=True)


def stream_of(reply: Reply, model: str) -> Streamed:
    """Return a streamed answer."""
    return Streamed(_bytes_of(reply, model))


def error_of(status: int, word: str, message: str, details: list[Any] | None = None) -> JsonPart:
    """Return an error in the vendor's envelope."""
    error = {"code": status, "message": message, "status": word}
    return {"error": error | ({"details": details} if details else {})}


def _bytes_of(reply: Reply, model: str) -> Iterator[bytes | None]:
    last = reply.chunks[-1] if reply.chunks else None
    for piece in reply.pieces:
        match piece:
            case Hold():
                assert piece.gate.wait(WAIT_S), "the gate was not opened"
            case Cut():
                yield None
                return
            case Broken():
                yield _sse(error_of(piece.status, piece.word, piece.message))
                return
            case Chunk():
                yield _sse(_body(reply, model, list(piece.parts), ended=piece is last))
    if last is None:
        yield _sse(_body(reply, model, [], ended=True))


def _body(reply: Reply, model: str, parts: list[JsonPart], *, ended: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "usageMetadata": reply.counted.on_wire(ended=ended),
        "modelVersion": model,
        "responseId": "fake-response",
    }
    if reply.blocked:
        return body | {"promptFeedback": {"blockReason": reply.blocked}}
    candidate: dict[str, Any] = {"index": 0}
    if parts:
        candidate["content"] = {"role": "model", "parts": parts}
    if ended and reply.finish is not None:
        candidate["finishReason"] = reply.finish
    return body | {"candidates": [candidate]}


def _sse(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body)}\r\n\r\n".encode()
