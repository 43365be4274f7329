"""Whatever is larger than our rules allow, and each silenced rule, is named with its reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import read_page
from tests.repository import PACKAGES, ROOT

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40
MOST_PUBLIC_METHODS = 15

PAGE = read_page("decisions.md")
NAMED = set(re.findall(r"`([^`]+)`", PAGE[PAGE.index("## Exceptions") :]))
# One-line verbs that are made out of another object's method.
MAKERS = {"delegated", "_hops"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> Iterator[tuple[str, str]]:
    """Yield path and text of everything that ships, vendored files left out."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".js", ".css"} and "vendor" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for path, text in sources():
        if Path(path).suffix == ".py":
            yield from (
                (path, node) for node in ast.walk(ast.parse(text)) if isinstance(node, kind)
            )


def length(node: Function) -> int:
    """Return the lines of a function without its docstring."""
    docstring = ast.get_docstring(node, clean=False) or ""
    return (node.end_lineno or 0) - node.lineno + 1 - len(docstring.splitlines())


def public_methods(node: ast.ClassDef) -> int:
    made = (
        statement
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) in MAKERS
    )
    written = (
        statement
        for statement in node.body
        if isinstance(statement, Function) and not statement.name.startswith("_")
    )
    return len([*made, *written])


def test_long_files_are_named() -> None:
    long = {path for path, text in sources() if len(text.splitlines()) > MOST_LINES_OF_A_FILE}

    assert long - NAMED == set()


def test_files_of_long_functions_are_named() -> None:
    long = {
        path
        for path, node in nodes(ast.AST)
        if isinstance(node, Function) and length(node) > MOST_LINES_OF_A_FUNCTION
    }

    assert long - NAMED == set()


def test_classes_of_many_methods_are_named() -> None:
    large = {
        node.name
        for _, node in nodes(ast.ClassDef)
        if isinstance(node, ast.ClassDef) and public_methods(node) > MOST_PUBLIC_METHODS
    }

    assert large - NAMED == set()


def test_silenced_rules_are_named() -> None:
    silenced = {
        rule.strip()
        for _, text in sources()
        for rules in re.findall(r"# noqa: ([A-Z0-9, ]+)", text)
        for rule in rules.split(",")
    }

    assert silenced - NAMED == set()
