"""What the fake of OpenAI is told to answer."""

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Call:
    """A call of a function tool; a stream carries `fragments`, in turns with other calls'.

    Attributes:
        id: What results name it by.
        name: The tool.
        fragments: Pieces of the JSON of its arguments.
    """

    id: str
    name: str
    fragments: tuple[str, ...] = ("{}",)

    @property
    def arguments(self) -> str:
        return "".join(self.fragments)


@dataclass(frozen=True)
class Counted:
    """Tokens as the vendor counts them: `cached` and `written` are part of `asked`.

    Attributes:
        asked: All tokens of the request.
        answered: All tokens of the answer, those of the reasoning included.
        cached: Tokens that were read from the cache.
        written: Tokens that were written to the cache.
        reasoned: Tokens of the reasoning.
    """

    asked: int = 20
    answered: int = 9
    cached: int = 0
    written: int = 0
    reasoned: int = 0


Reason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True)
class Answer:
    """One answer of the model.

    Attributes:
        text: Pieces of its text.
        reasoning: Pieces of its reasoning: a summary by Responses, a field of its own by compatible
            servers.
        refusal: Pieces of what it says instead of a text.
        calls: What it wants called.
        reason: Why it ends; with calls, `stop` is `tool_calls`.
        counted: Its tokens.
        breaks_after: How many events a stream carries before it breaks; None carries all.
        breaks_with: The JSON of the error it breaks with; None cuts the line.
        gate: What the rest of a stream waits for.
        gate_after: How many events it does not hold up.
    """

    text: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    refusal: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    reason: Reason = "stop"
    counted: Counted = field(default_factory=Counted)
    breaks_after: int | None = None
    breaks_with: dict[str, Any] | None = None
    gate: threading.Event | None = None
    gate_after: int = 1


GATE_S = 30.0


def play(answer: Answer, events: Iterable[bytes], broken: bytes | None) -> Iterator[bytes | None]:
    """Yield the events of a stream until it breaks; None cuts the line.

    Args:
        answer: Says whether and when it breaks, and what it waits for.
        events: Its events.
        broken: The event that tells of the break.
    """
    for number, event in enumerate(events):
        if number >= answer.gate_after and answer.gate is not None:
            assert answer.gate.wait(GATE_S), "the gate was not opened"
        if number == answer.breaks_after:
            yield broken
            return
        yield event


def encode(data: dict[str, Any], *, event: str = "") -> bytes:
    """Return a server-sent event."""
    named = f"event: {event}\n" if event else ""
    return f"{named}data: {json.dumps(data)}\n\n".encode()
