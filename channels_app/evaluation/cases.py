"""A conversation that agents are tried on, as a case keeps it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from channels_app.evaluation.checks import Check
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class Spoken(Frozen):
    """What somebody said; an agent's words are those that the customer got then."""

    author: Literal["customer", "agent", "colleague"]
    text: str


class Used(Frozen):
    """A tool's answer to one call, which it gives again to the same call."""

    author: Literal["tool"] = "tool"
    name: str
    arguments: JsonObject = {}
    result: str = ""
    is_error: bool = False


Line: TypeAlias = Annotated[Spoken | Used, Field(discriminator="author")]
"""Any entry of a case's `events`."""

LINES = TypeAdapter(list[Line])
CHECKS = TypeAdapter(list[Check])


@dataclass(frozen=True)
class Exchange:
    """One question of the customer and what was answered.

    Attributes:
        asked: The messages that came one after the other; the last one is what the agent answers.
        recorded: What the agent said then; empty in a case that somebody wrote by hand.
        between: What colleagues and the agent said until the next question, in order; empty at the
            end of a conversation that nobody answered.
    """

    asked: tuple[Spoken, ...]
    between: tuple[Spoken, ...]

    @property
    def recorded(self) -> str:
        """What the agent said then, if anything."""
        return "\n".join(line.text for line in self.between if line.author == "agent")

    @property
    def is_ours(self) -> bool:
        """Whether the agent has to answer: it does not where only colleagues did."""
        return not self.between or bool(self.recorded)


@dataclass(frozen=True)
class Case:
    """One conversation and what is asked of the answers.

    Attributes:
        opening: What was said before the customer said anything.
    """

    name: str
    opening: tuple[Spoken, ...]
    exchanges: tuple[Exchange, ...]
    tools: tuple[Used, ...] = ()
    checks: tuple[Check, ...] = ()


def parse_case(name: str, events: object, checks: object) -> Case:
    """Read a case as it is kept.

    Raises:
        ValidationError: If an entry is none.
    """
    lines = LINES.validate_python(events)
    spoken = [line for line in lines if isinstance(line, Spoken)]
    first = next((i for i, line in enumerate(spoken) if line.author == "customer"), len(spoken))
    return Case(
        name=name,
        opening=tuple(spoken[:first]),
        exchanges=tuple(_exchanges(spoken[first:])),
        tools=tuple(line for line in lines if isinstance(line, Used)),
        checks=tuple(CHECKS.validate_python(checks)),
    )


def _exchanges(spoken: Sequence[Spoken]) -> Iterator[Exchange]:
    asked: list[Spoken] = []
    between: list[Spoken] = []
    for line in spoken:
        if line.author == "customer" and between:
            yield Exchange(tuple(asked), tuple(between))
            asked, between = [], []
        (asked if line.author == "customer" else between).append(line)
    if asked:
        yield Exchange(tuple(asked), tuple(between))
