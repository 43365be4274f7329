"""The worker on the server's own event loop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from rooms.kit import RoomKit
from rooms.worker import Worker

DRAIN_SECONDS = 10.0


class InProcessWorker:
    """Runs the worker as a task of the loop that `start` is called on.

    Args:
        get_kit: Called once, when the worker starts.
    """

    def __init__(self, get_kit: Callable[[], RoomKit]) -> None:
        self._get_kit = get_kit
        self._worker: Worker | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not been stopped."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to work; calling again while it works changes nothing."""
        if self.is_running:
            return
        self._worker = Worker(self._get_kit())
        self._task = asyncio.get_running_loop().create_task(self._worker.run())

    async def stop(self, *, timeout: float = DRAIN_SECONDS) -> None:
        """Take up nothing new and let what is running end.

        Args:
            timeout: Seconds after which the rest is cut off; it stays in the outbox for the next
                start.
        """
        if self._task is None or self._worker is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._worker.drain(timeout=timeout)
        self._task = None
