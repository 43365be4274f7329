"""The examples are type-checked as a user's own code is: against the installed wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.installed import Python
from tests.repository import ROOT

EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))

STRICTNESS = (
    # The examples' functions have no annotations; their bodies are checked all the same.
    "--check-untyped-defs",
    # They read `content.body` and know that what they say is text.
    "--disable-error-code=union-attr",
    "--explicit-package-bases",
)

PROBE = """
from channels_app import AIChannel, MockAIProvider
from hooks import HookResult
from rooms import RoomKit
from voice import __name__ as voice

reveal_type(AIChannel("ai", provider=MockAIProvider()))


async def main(kit: RoomKit) -> None:
    reveal_type(await kit.create_room("a"))
    await kit.create_room(room_number=1)


def answer() -> HookResult[int]:
    return HookResult.allow()
"""


@pytest.fixture(scope="module")
def report(installed_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What mypy says of the examples and the probe, run where no configuration is."""
    python = Python(installed_packages, tmp_path_factory.mktemp("user"))
    (python.folder / "probe.py").write_text(PROBE)
    # As `examples.hooks` the sample of that name hides no package from its neighbours.
    shutil.copytree(ROOT / "examples", python.folder / "examples")
    # mypy asks this one where packages are: there, the wheel comes first and nothing is editable.
    interpreter = python.folder / "python"
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    interpreter.chmod(0o755)
    command = [sys.executable, "-m", "mypy", *STRICTNESS, "--config-file=", "--no-incremental"]
    done = subprocess.run(
        [*command, "--python-executable", interpreter, "probe.py", "examples"],
        cwd=python.folder,
        env=python.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example_has_no_type_errors(example: Path, report: str) -> None:
    assert f"in 1 file (checked {len(EXAMPLES) + 1} source files)" in report
    assert f"examples/{example.name}" not in report


def test_types_of_the_installed_wheel_reach_its_users(report: str) -> None:
    assert 'Revealed type is "channels_app.ai.channel.AIChannel"' in report
    assert 'Revealed type is "rooms.domain.room.Room"' in report
    assert 'Unexpected keyword argument "room_number"' in report
    assert "Found 1 error in 1 file" in report
