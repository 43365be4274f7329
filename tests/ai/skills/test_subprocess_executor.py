"""Scripts run with nothing but their arguments, and end."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels_app.ai.skills import isolation
from channels_app.ai.skills.errors import ScriptRefused, SkillFileRefused
from channels_app.ai.skills.executor import ScriptResult
from channels_app.ai.skills.metadata import Skill, SkillMetadata
from channels_app.ai.skills.subprocess_executor import SubprocessScriptExecutor
from tests.ai.skills.bundles import add_file

INTERPRETERS = {".py": [sys.executable, "-I"], ".sh": ["/bin/sh"]}


@pytest.fixture
def skill(tmp_path: Path) -> Skill:
    return Skill(SkillMetadata(name="demo", description="For tests"), "", tmp_path)


def _executor(**options: Any) -> SubprocessScriptExecutor:
    return SubprocessScriptExecutor(INTERPRETERS, **{"allow_network": True} | options)


async def _run(skill: Skill, script: str, *, ending: str = ".sh", **options: Any) -> ScriptResult:
    add_file(skill.path, "scripts", f"run{ending}", script)
    return await _executor(**options).execute(skill, f"run{ending}")


async def test_script_gets_its_arguments_and_tells_what_it_found(skill: Skill) -> None:
    add_file(skill.path, "scripts", "run.sh", 'for a in "$@"; do echo "$a"; done; echo no >&2')

    result = await _executor().execute(skill, "run.sh", {"amount": "5; rm x", "to": "--all"})

    assert result == ScriptResult(
        exit_code=0, stdout="--amount=5; rm x\n--to=--all\n", stderr="no\n"
    )


async def test_script_gets_no_environment(skill: Skill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SITE", "secret")
    program = "import os; print('SECRET_OF_THE_SITE' in os.environ, 'PATH' in os.environ)"
    result = await _run(skill, program, ending=".py")
    assert result.stdout == "False False\n"


async def test_script_works_in_a_directory_of_its_own_that_is_deleted(skill: Skill) -> None:
    result = await _run(skill, "pwd; echo kept > file; cat file")
    directory, said = result.stdout.splitlines()
    assert said == "kept"
    assert not os.path.exists(directory)  # noqa: ASYNC240 - nothing else runs here


async def test_script_has_nothing_to_read(skill: Skill) -> None:
    assert (await _run(skill, "cat; echo end")).stdout == "end\n"


async def test_script_that_fails_says_so(skill: Skill) -> None:
    result = await _run(skill, "echo broken >&2; exit 3")
    assert (result.exit_code, result.success, result.stderr) == (3, False, "broken\n")


async def test_long_output_is_cut(skill: Skill) -> None:
    program = "print('x' * 1_000_000)"
    result = await _run(skill, program, ending=".py", max_output_bytes=10)
    assert (result.stdout, result.success) == ("x" * 10, True)
    assert result.metadata == {"output_cut": True}


async def test_script_that_does_not_end_is_killed_with_what_it_started(
    skill: Skill, beacon: Path
) -> None:
    script = f"(cat {beacon}) & cat {beacon}"

    result = await _run(skill, script, timeout_s=0.5)

    assert (result.success, result.metadata) == (False, {"timed_out": True})
    assert _has_no_reader(beacon)


async def test_what_a_script_leaves_behind_does_not_outlive_it(skill: Skill, beacon: Path) -> None:
    result = await _run(skill, f"cat {beacon} & echo done")
    assert (result.success, result.stdout) == (True, "done\n")
    assert _has_no_reader(beacon)


async def test_cancelling_kills_the_script(skill: Skill, beacon: Path) -> None:
    running = asyncio.create_task(_run(skill, f"exec cat {beacon}"))
    opened = await asyncio.to_thread(beacon.open, "wb")  # returns once the script reads
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    opened.close()
    assert _has_no_reader(beacon)


async def test_only_listed_interpreters_run_scripts(skill: Skill) -> None:
    add_file(skill.path, "scripts", "run.rb", "puts 1")
    with pytest.raises(ScriptRefused, match=r"run\.rb"):
        await _executor().execute(skill, "run.rb")


async def test_scripts_of_other_places_are_refused(skill: Skill) -> None:
    with pytest.raises(SkillFileRefused):
        await _executor().execute(skill, "../SKILL.md")


@pytest.mark.parametrize("arguments", [{"a b": "1"}, {"-x": "1"}, {"a": "\0"}, {"a": "x" * 20_000}])
async def test_arguments_that_cannot_be_given_are_refused(
    skill: Skill, arguments: dict[str, str]
) -> None:
    add_file(skill.path, "scripts", "run.sh", "echo")
    with pytest.raises(ScriptRefused, match="argument"):
        await _executor().execute(skill, "run.sh", arguments)


@pytest.mark.parametrize(
    ("interpreters", "options"),
    [
        ({".py": ["python3"]}, {}),
        ({".py": []}, {}),
        ({".py": "/bin/sh"}, {}),
        ({}, {"timeout_s": 0}),
        ({}, {"max_output_bytes": 0}),
    ],
)
def test_what_makes_no_sense_is_refused(interpreters: Any, options: Any) -> None:
    with pytest.raises(ValueError, match=r"absolute path|must be positive"):
        SubprocessScriptExecutor(interpreters, **options)


KNOCK = """
import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1].partition("=")[2])), timeout=5)
    print("reached")
except OSError:
    print("unreachable")
"""


async def test_script_reaches_the_network_only_if_it_may(skill: Skill, port: int) -> None:
    add_file(skill.path, "scripts", "knock.py", KNOCK)
    port_of = {"port": str(port)}

    free = await _executor().execute(skill, "knock.py", port_of)
    try:
        kept = (await _executor(allow_network=False).execute(skill, "knock.py", port_of)).stdout
    except ScriptRefused as refused:  # a system that cannot do it, such as most containers
        kept = str(refused)

    assert free.stdout == "reached\n"
    assert kept in {"unreachable\n", "this system cannot keep scripts from the network"}


async def test_where_the_network_cannot_be_taken_away_scripts_are_refused(
    skill: Skill, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_file(skill.path, "scripts", "run.sh", "echo")
    monkeypatch.setenv("PATH", str(skill.path))
    isolation.forget()
    try:
        with pytest.raises(ScriptRefused, match="cannot keep scripts from the network"):
            await _executor(allow_network=False).execute(skill, "run.sh")
    finally:
        isolation.forget()


@pytest.fixture
def beacon(tmp_path: Path) -> Path:
    """A pipe with a name: opening it to write fails at once when nobody reads it."""
    path = tmp_path / "beacon"
    os.mkfifo(path)
    return path


def _has_no_reader(beacon: Path) -> bool:
    try:
        os.close(os.open(beacon, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return True
    return False


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """The port of a server on loopback."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
