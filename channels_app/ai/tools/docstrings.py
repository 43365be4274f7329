"""What a function's docstring tells a model: what it does, and what its arguments mean."""

import inspect
import re
from collections.abc import Callable
from typing import Any

_SECTION = re.compile(r"^(Args|Arguments|Parameters|Returns?|Yields?|Raises|Examples?|Notes?):\s*$")
_ARGUMENT = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?:\s*(?P<text>.*)$")
_ABOUT_ARGUMENTS = ("Args", "Arguments", "Parameters")


def read_docstring(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Return what stands before the first section, and each argument's text by its name.

    Sections are those of Google's style; a docstring without any is all description.
    """
    sections = _sections(inspect.getdoc(function) or "")
    arguments: dict[str, str] = {}
    for title in _ABOUT_ARGUMENTS:
        arguments |= _arguments(sections.get(title, []))
    return "\n".join(sections[""]).strip(), arguments


def _sections(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {"": []}
    lines = sections[""]
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            lines = sections.setdefault(heading[1], [])
        else:
            lines.append(line)
    return sections


def _arguments(lines: list[str]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    name, margin = "", _margin(lines)
    for line in lines:
        found = _ARGUMENT.match(line[margin:])
        if found:
            name = found["name"]
            texts[name] = [found["text"].strip()]
        elif name and line.strip():
            texts[name].append(line.strip())
    return {each: " ".join(filter(None, parts)) for each, parts in texts.items()}


def _margin(lines: list[str]) -> int:
    """Return how far the names of arguments are indented; what is further goes on with a text."""
    written = [line for line in lines if line.strip()]
    return min((len(line) - len(line.lstrip()) for line in written), default=0)
