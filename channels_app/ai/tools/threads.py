"""Where the synchronous functions of tools run."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from contextvars import copy_context
from functools import cache
from typing import Any, TypeAlias

THREADS = 16
"""How many of them run at once; a tool that hangs keeps its thread, and nobody else's."""

Care: TypeAlias = Callable[[], AbstractContextManager[Any]]
"""What must be done around each call, such as tending the thread's database connection."""

_cares: list[Care] = []


def register_care(care: Care) -> None:
    """Have something done around each call, in the call's own thread; twice is harmless."""
    if care not in _cares:
        _cares.append(care)


async def run_in_thread(work: Callable[[], str]) -> str:
    """Run a function in a thread, with the caller's context variables.

    Cancelling ends the wait, not the function: nothing can stop a thread from outside.
    """
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(_pool(), context.run, _with_care, work)


def _with_care(work: Callable[[], str]) -> str:
    with ExitStack() as stack:
        for care in _cares:
            stack.enter_context(care())
        return work()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="roomkit-tool")
