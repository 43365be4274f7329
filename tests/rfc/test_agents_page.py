"""What the page says of agents names every behaviour once, and only tests that are there."""

import re

import pytest

from tests.repository import ROOT
from tests.rfc.test_transports_page import PROOFS, names_in

PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
PART = PAGE[PAGE.index("## Agents\n") : PAGE.index("## Transports\n")]
ENTRY = re.compile(r"^\*\*(?P<name>AW?\d+), (?P<holds>yes|partly|no)\.\*\* \S", re.MULTILINE)
NAMES = [*(f"A{number}" for number in range(1, 71)), *(f"AW{number}" for number in range(1, 13))]


def entries() -> dict[str, tuple[str, str]]:
    """Return what holds and the text of each entry, by name."""
    found = list(ENTRY.finditer(PART))
    ends = [each.start() for each in found[1:]] + [len(PART)]
    return {
        each["name"]: (each["holds"], PART[each.end() : end])
        for each, end in zip(found, ends, strict=True)
    }


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
