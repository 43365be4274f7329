"""What the page says of transports names every behaviour once, and only tests that are there."""

import re
from functools import cache

import pytest

from tests.repository import ROOT

PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
PART = PAGE[PAGE.index("## Transports\n") : PAGE.index("## Beyond the list")]
ENTRY = re.compile(r"^\*\*(?P<name>[TW]\d+), (?P<holds>yes|partly|no)\.\*\* \S", re.MULTILINE)
PROOFS = re.compile(r"^- `(?P<file>[^`]+\.py)`: (?P<tests>.+)$", re.MULTILINE)
NAMES = [*(f"T{number}" for number in range(1, 69)), *(f"W{number}" for number in range(1, 13))]


def entries() -> dict[str, tuple[str, str]]:
    """Return what holds and the text of each entry, by name."""
    found = list(ENTRY.finditer(PART))
    ends = [each.start() for each in found[1:]] + [len(PART)]
    return {
        each["name"]: (each["holds"], PART[each.end() : end])
        for each, end in zip(found, ends, strict=True)
    }


@cache
def names_in(file: str) -> frozenset[str]:
    source = (ROOT / file).read_text(encoding="utf-8")
    return frozenset(re.findall(r"^ *(?:async )?def (test_\w+)\(", source, re.MULTILINE))


def test_every_behaviour_is_on_the_page_once() -> None:
    assert [each["name"] for each in ENTRY.finditer(PART)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_holds_names_tests_that_are_there(name: str) -> None:
    holds, text = entries()[name]
    named = [
        (proof["file"], test)
        for proof in PROOFS.finditer(text)
        for test in re.findall(r"`(test_\w+)`", proof["tests"])
    ]

    assert named or holds == "no"
    assert [(file, test) for file, test in named if test not in names_in(file)] == []
