"""What is different between two versions of an agent, for people."""

import json
from dataclasses import dataclass
from difflib import ndiff
from typing import Any

from channels_app.models import AgentVersion


@dataclass(frozen=True)
class Line:
    """A line of a text: `sign` is + in the newer version only, - in the older only, else ''."""

    sign: str
    text: str


@dataclass(frozen=True)
class Difference:
    """A field that is not the same in both."""

    label: str
    lines: tuple[Line, ...]


def list_differences(older: AgentVersion, newer: AgentVersion) -> list[Difference]:
    """Return the fields that decide about answers and are not the same, line by line."""
    return [
        Difference(name.replace("_", " "), _lines(before, after))
        for name in AgentVersion.CONTENT
        if (before := getattr(older, name)) != (after := getattr(newer, name))
    ]


def _lines(before: Any, after: Any) -> tuple[Line, ...]:
    # The lines that begin with a question mark only point at signs.
    told = (each for each in ndiff(_texts(before), _texts(after)) if not each.startswith("?"))
    return tuple(Line(each[:2].strip(), each[2:]) for each in told)


def _texts(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return value.splitlines()
    return json.dumps(value, indent=2, ensure_ascii=False).splitlines()
