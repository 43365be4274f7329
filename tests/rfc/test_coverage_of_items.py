"""Every item of the conformance list is carried by at least one test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ITEMS = [f"0.{number}" for number in range(1, 49)]


def marked_items(source: str) -> Iterator[str]:
    """Find the arguments of `@pytest.mark.rfc(…)` on test functions."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not node.name.startswith("test_"):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.rfc":
                yield from (ast.literal_eval(item) for item in mark.args)


@pytest.fixture(scope="module")
def carried() -> set[str]:
    files = HERE.glob("test_*.py")
    return {item for file in files for item in marked_items(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("item", ITEMS)
def test_item_has_a_test(item: str, carried: set[str]) -> None:
    assert item in carried


def test_no_test_claims_an_item_that_does_not_exist(carried: set[str]) -> None:
    assert {item for item in carried if item.startswith("0.")} <= set(ITEMS)
