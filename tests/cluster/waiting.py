"""Waiting for other processes: poll with a deadline, and say what was waited for."""

import asyncio
import time
from collections.abc import Callable

POLL_S = 0.05


def wait_until(condition: Callable[[], object], *, within_s: float, what: str) -> None:
    """Return as soon as `condition` holds.

    Raises:
        TimeoutError: If it does not within the time; names `what`.
    """
    ends = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {within_s:g} s: {what}")
        time.sleep(POLL_S)


async def wait_for(condition: Callable[[], object], *, within_s: float, what: str) -> None:
    """Do the same without holding up the event loop."""
    ends = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {within_s:g} s: {what}")
        await asyncio.sleep(POLL_S)
