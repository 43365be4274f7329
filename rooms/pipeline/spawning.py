"""Background tasks that are kept alive, logged when they fail and awaited at the end."""

import asyncio
import contextvars
import logging
from collections.abc import Coroutine

logger = logging.getLogger("roomkit.core.tasks")


class TaskGroup:
    """Owns background tasks.

    Each task starts in an empty context, so that it never inherits a held room lock or somebody
    else's telemetry span.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[object, None, object]) -> asyncio.Task[object]:
        """Run `work` in the background."""
        task = asyncio.get_running_loop().create_task(work, context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def close(self, *, timeout: float) -> None:
        """Wait at most `timeout` seconds for tasks and what they start, then cancel the rest."""
        deadline = asyncio.get_running_loop().time() + timeout
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left)
        for task in set(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("background task failed", exc_info=task.exception())
