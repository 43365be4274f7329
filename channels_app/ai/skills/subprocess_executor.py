"""Running scripts of skills as processes of this machine."""

import asyncio
import re
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os import killpg
from pathlib import Path
from tempfile import TemporaryDirectory

from channels_app.ai.skills.errors import ScriptRefused
from channels_app.ai.skills.executor import ScriptExecutor, ScriptResult
from channels_app.ai.skills.isolation import isolation_prefix
from channels_app.ai.skills.metadata import Skill
from channels_app.ai.skills.output import capped_output
from rooms.domain.json import JsonObject

OPTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
MAX_ARGUMENT_CHARS = 10_000
LAST_WORDS_S = 1.0
"""How long is waited for output that something still holds open after it was killed."""


class SubprocessScriptExecutor(ScriptExecutor):
    """Runs a script in a process of its own: no environment, no network, no time to waste.

    It gets an empty working directory that is deleted afterwards, an empty environment, nothing to
    read, and its arguments as `--name=value`. This is no sandbox: a script can read and write what
    the process that runs the agents can. Run only scripts that you have read.

    Args:
        interpreters: What runs a script, by the ending of its name, such as
            `{".py": ["/usr/bin/python3", "-I"]}`; a script with another ending is refused.
        timeout_s: After how many seconds it is killed with everything it has started.
        max_output_bytes: How much of its output is kept, and how much of its errors.
        allow_network: Whether it may use the network. Without that, scripts are refused where
            the system cannot take it away (`unshare` of util-linux, on Linux).

    Raises:
        ValueError: If an interpreter has no absolute path, or a limit is not positive.
    """

    def __init__(
        self,
        interpreters: Mapping[str, Sequence[str]],
        *,
        timeout_s: float = 30.0,
        max_output_bytes: int = 65_536,
        allow_network: bool = False,
    ) -> None:
        for ending, command in interpreters.items():
            if isinstance(command, str) or not command or not Path(command[0]).is_absolute():
                raise ValueError(
                    f"the interpreter of {ending!r} is {command!r}: give a list that begins with "
                    "an absolute path"
                )
        if timeout_s <= 0 or max_output_bytes <= 0:
            raise ValueError(
                "timeout_s and max_output_bytes must be positive, got "
                f"{timeout_s} and {max_output_bytes}"
            )
        self._interpreters = {ending: tuple(each) for ending, each in interpreters.items()}
        self._timeout_s = timeout_s
        self._max_bytes = max_output_bytes
        self._allow_network = allow_network

    async def execute(
        self, skill: Skill, script_name: str, arguments: dict[str, str] | None = None
    ) -> ScriptResult:
        """Run a script to its end, or until its time is over (`metadata["timed_out"]`).

        Raises:
            ScriptRefused: If nothing may run it, the network cannot be taken away, or an argument
                is none that can be given.
            SkillFileRefused: If the skill has no such script.
        """
        script = skill.script_path(script_name)
        interpreter = self._interpreters.get(script.suffix)
        if interpreter is None:
            raise ScriptRefused(f"no interpreter is allowed for scripts like {script.name!r}")
        options = [_option(name, value) for name, value in (arguments or {}).items()]
        command = [*await self._prefix(), *interpreter, str(script), *options]
        directory = await asyncio.to_thread(
            TemporaryDirectory, prefix="roomkit-script-", ignore_cleanup_errors=True
        )
        try:
            return await self._run(command, directory.name)
        finally:
            await asyncio.to_thread(directory.cleanup)

    async def _prefix(self) -> tuple[str, ...]:
        if self._allow_network:
            return ()
        prefix = await isolation_prefix()
        if prefix is None:
            raise ScriptRefused("this system cannot keep scripts from the network")
        return prefix

    async def _run(self, command: Sequence[str], directory: str) -> ScriptResult:
        limit = self._max_bytes
        async with capped_output(limit) as stdout, capped_output(limit) as stderr:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=directory,
                env={},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stdout.writer,
                stderr=stderr.writer,
                start_new_session=True,
            )
            outputs = (stdout, stderr)
            for output in outputs:
                output.close_writer()
            try:
                in_time = await self._ends_in_time(process)
            finally:
                # Also after a script that has ended: it may have left something running.
                _kill_group(process.pid)
                await asyncio.shield(process.wait())
            for output in outputs:
                await output.finish(within_s=LAST_WORDS_S)
            return ScriptResult(
                exit_code=process.returncode or 0,
                stdout=stdout.text,
                stderr=stderr.text,
                success=in_time and process.returncode == 0,
                metadata=_metadata(timed_out=not in_time, cut=stdout.is_cut or stderr.is_cut),
            )

    async def _ends_in_time(self, process: asyncio.subprocess.Process) -> bool:
        try:
            async with asyncio.timeout(self._timeout_s):
                await process.wait()
        except TimeoutError:
            return False
        return True


def _metadata(*, timed_out: bool, cut: bool) -> JsonObject:
    facts = {"timed_out": timed_out, "output_cut": cut}
    return {name: True for name, holds in facts.items() if holds}


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        killpg(group, signal.SIGKILL)


def _option(name: str, value: str) -> str:
    if not OPTION.fullmatch(name):
        raise ScriptRefused(f"{name!r} is no name for an argument: use letters, digits, '-', '_'")
    if "\0" in value or len(value) > MAX_ARGUMENT_CHARS:
        raise ScriptRefused(
            f"the argument {name!r} is longer than {MAX_ARGUMENT_CHARS} characters, or not text"
        )
    return f"--{name}={value}"
