"""The first example is the published one, and prints what was published with it."""

import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rooms import RoomKit
from rooms.stores.orm import OrmStore
from tests.examples.published import OUTPUT, QUICKSTART, without_imports
from tests.repository import ROOT
from tests.steps import lines

EXAMPLE = ROOT / "examples" / "quickstart.py"


def run_example() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLE], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )


def test_example_differs_from_the_published_one_in_its_imports_only() -> None:
    source = EXAMPLE.read_text(encoding="utf-8")

    imports, _, _ = source.partition("async def main():")
    assert without_imports(source) == without_imports(QUICKSTART)
    assert all(line.startswith(("import ", "from ")) for line in imports.split("\n") if line)


def test_example_prints_the_two_published_lines_each_time() -> None:
    printed = [run_example().stdout for _ in range(2)]

    assert printed == [OUTPUT, OUTPUT]


@pytest.fixture
async def other_process(committed_database: None) -> AsyncIterator[OrmStore]:
    store = OrmStore()
    yield store
    await store.close()


@pytest.mark.database
async def test_same_program_inside_django_keeps_the_room_in_the_database(
    capsys: pytest.CaptureFixture[str], other_process: OrmStore
) -> None:
    kit = RoomKit()
    program = load_without_running()
    program["RoomKit"] = lambda: kit

    await program["main"]()

    await kit.close()
    assert capsys.readouterr().out == OUTPUT
    assert lines(await other_process.list_events("support-42")) == OUTPUT.splitlines()


def load_without_running() -> dict[str, Any]:
    """Return the example's names; its last line, which runs it, is left out."""
    source, _, last = EXAMPLE.read_text(encoding="utf-8").rstrip().rpartition("\n")
    assert last == "asyncio.run(main())"
    names: dict[str, Any] = {}
    exec(compile(source, EXAMPLE, "exec"), names)  # noqa: S102 - our own file
    return names
