"""The page that says what holds names every item, and only tests that show it."""

import ast
import re
from dataclasses import dataclass
from functools import cache

import pytest

from tests.repository import ROOT

ITEMS = [f"0.{number}" for number in range(1, 49)]
PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^## (?P<item>0\.\d+) .+: (?P<holds>yes|partly|no)$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """What the page says of one item.

    Attributes:
        proofs: (file, test) of each test it names.
    """

    item: str
    holds: bool
    proofs: tuple[tuple[str, str], ...]


def read_sections() -> list[Section]:
    headings = list(HEADING.finditer(PAGE))
    ends = [heading.start() for heading in headings[1:]] + [PAGE.index("## Beyond")]
    return [
        Section(found["item"], found["holds"] != "no", tuple(proofs(PAGE[found.end() : end])))
        for found, end in zip(headings, ends, strict=True)
    ]


def proofs(text: str) -> list[tuple[str, str]]:
    return [
        (file, test)
        for file, tests in re.findall(r"^- `(tests/[^`]+\.py)`: (.+)$", text, re.MULTILINE)
        for test in re.findall(r"`(test_\w+)`", tests)
    ]


SECTIONS = read_sections()


def test_every_item_is_on_the_page_once() -> None:
    assert [section.item for section in SECTIONS] == ITEMS


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.item)
def test_item_that_holds_names_tests_that_carry_it(section: Section) -> None:
    assert section.proofs or not section.holds
    assert [proof for proof in section.proofs if section.item not in marks_of(*proof)] == []


def marks_of(file: str, test: str) -> set[str]:
    """Return the items that a test carries, none where there is no such test."""
    return marks_in(file).get(test, set())


@cache
def marks_in(file: str) -> dict[str, set[str]]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.name: {
            ast.literal_eval(item)
            for mark in node.decorator_list
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rfc"
            for item in mark.args
        }
        for node in ast.walk(tree)
        if isinstance(node, functions)
    }
