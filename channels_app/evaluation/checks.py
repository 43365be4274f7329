"""What is asked of the answers of a case, and whether it is so."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from channels_app.evaluation.answers import Answered
from rooms.domain.frozen import Frozen

WRITTEN = re.compile(r"(?P<kind>[a-z_]+)(?:@(?P<turn>\d+))?=(?P<value>.+)", re.DOTALL)


class CheckKind(StrEnum):
    """What a check looks at; JUDGE asks a model."""

    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    REGEX = "regex"
    MAX_CHARS = "max_chars"
    TOOL_CALLED = "tool_called"
    TOOL_NOT_CALLED = "tool_not_called"
    JUDGE = "judge"


class Check(Frozen):
    """One thing that is asked of the answers.

    Attributes:
        value: The words (upper and lower case are the same), the regular expression (Python's), the
            number of characters, the tool's name, or what the judge is to find true.
        turn: Which answer, from 1; None is all of them.
    """

    kind: CheckKind
    value: str
    turn: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind=value`, or `kind@turn=value` of one answer.

        Raises:
            ValueError: If it is something else.
        """
        found = WRITTEN.fullmatch(text)
        if found is None or found["kind"] not in list(CheckKind):
            raise ValueError(f"{text!r} is no check: write kind=value, of {', '.join(CheckKind)}")
        turn = int(found["turn"]) if found["turn"] else None
        return cls(kind=CheckKind(found["kind"]), value=found["value"], turn=turn)

    @model_validator(mode="after")
    def _can_be_checked(self) -> Self:
        if self.turn is not None and self.turn < 1:
            raise ValueError(f"turn {self.turn}: answers are counted from 1")
        if not self.value:
            raise ValueError(f"{self.kind} needs a value")
        if self.kind is CheckKind.MAX_CHARS and not (self.value.isdecimal() and int(self.value)):
            raise ValueError(f"max_chars={self.value!r}: write a number above 0")
        if self.kind is CheckKind.REGEX:
            _compile(self.value)
        return self

    def __str__(self) -> str:
        return f"{self.kind}{f'@{self.turn}' if self.turn else ''}={self.value}"


@dataclass(frozen=True)
class Verdict:
    """What came of a check; the reason says more where it did not pass."""

    check: str
    passed: bool
    reason: str = ""


def check_answers(check: Check, answers: Sequence[Answered]) -> Verdict:
    """Tell whether answers are as a check of any kind but JUDGE asks.

    `contains`, `regex` and `tool_called` want one answer that is so, the others all.
    """
    looked_at = answers_of(check, answers)
    if not looked_at:
        return Verdict(str(check), passed=False, reason=f"there is no answer {check.turn or ''}")
    reason = RULES[check.kind](check.value, looked_at)
    return Verdict(str(check), passed=not reason, reason=reason)


def answers_of(check: Check, answers: Sequence[Answered]) -> Sequence[Answered]:
    """Return the answers that a check is about."""
    if check.turn is None:
        return answers
    return answers[check.turn - 1 : check.turn]


def _contains(value: str, answers: Sequence[Answered]) -> str:
    said = any(value.casefold() in each.answer.casefold() for each in answers)
    return "" if said else "no answer says that"


def _not_contains(value: str, answers: Sequence[Answered]) -> str:
    said = any(value.casefold() in each.answer.casefold() for each in answers)
    return "an answer says that" if said else ""


def _regex(value: str, answers: Sequence[Answered]) -> str:
    pattern = _compile(value)
    return "" if any(pattern.search(each.answer) for each in answers) else "no answer matches"


def _max_chars(value: str, answers: Sequence[Answered]) -> str:
    longest = max(len(each.answer) for each in answers)
    return f"an answer has {longest} characters" if longest > int(value) else ""


def _tool_called(value: str, answers: Sequence[Answered]) -> str:
    return "" if value in _tools(answers) else f"called were: {', '.join(_tools(answers)) or '-'}"


def _tool_not_called(value: str, answers: Sequence[Answered]) -> str:
    return "it was called" if value in _tools(answers) else ""


def _tools(answers: Sequence[Answered]) -> list[str]:
    return [call.name for each in answers for call in each.tools]


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"regex={pattern!r} is no regular expression: {error}") from error


RULES: Mapping[CheckKind, Callable[[str, Sequence[Answered]], str]] = {
    CheckKind.CONTAINS: _contains,
    CheckKind.NOT_CONTAINS: _not_contains,
    CheckKind.REGEX: _regex,
    CheckKind.MAX_CHARS: _max_chars,
    CheckKind.TOOL_CALLED: _tool_called,
    CheckKind.TOOL_NOT_CALLED: _tool_not_called,
}
"""What finds the fault in answers, '' for none."""
