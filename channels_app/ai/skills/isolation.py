"""Taking the network away from a process, with the means of the system."""

import asyncio
import shutil

NETWORK_AND_PROCESSES = ("--net", "--pid", "--fork", "--kill-child")
USERS = ("--map-current-user", "--map-root-user")
"""Ways to be allowed to do so without being root; which of them there is depends on the system."""

PROBE_TIMEOUT_S = 10.0

_known: dict[str, tuple[str, ...] | None] = {}


async def isolation_prefix() -> tuple[str, ...] | None:
    """Return the command that runs another one without a network; None if the system has none.

    The other command is in a namespace of its own for processes too, so that nothing it starts
    outlives it. The system is asked once.
    """
    if "prefix" not in _known:
        _known["prefix"] = await _find()
    return _known["prefix"]


def forget() -> None:
    """Ask the system anew with the next script."""
    _known.clear()


async def _find() -> tuple[str, ...] | None:
    program = shutil.which("unshare")
    if program is None:
        return None
    for user in USERS:
        prefix = (program, user, *NETWORK_AND_PROCESSES, "--")
        if await _works(prefix):
            return prefix
    return None


async def _works(prefix: tuple[str, ...]) -> bool:
    nothing = shutil.which("true")
    if nothing is None:
        return False
    process = await asyncio.create_subprocess_exec(
        *prefix,
        nothing,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            return await process.wait() == 0
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
