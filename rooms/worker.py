"""The worker: takes up what dead processes left, and lets timers fire.

The same code runs on a web server's event loop and in processes of its own. It is never the only
one to deliver: the process that commits an event also runs its deliveries.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from rooms.domain.errors import StoreUnavailableError
from rooms.kit import RoomKit

logger = logging.getLogger("roomkit.core.worker")


class Worker:
    """Drains leases that ran out and fires room timers until it is cancelled.

    Args:
        kit: Whose store and lanes to use.
        sweep_seconds: How often to look for abandoned work.
        timer_seconds: How often to look for rooms to pause or close.
    """

    def __init__(
        self, kit: RoomKit, *, sweep_seconds: float = 1.0, timer_seconds: float = 5.0
    ) -> None:
        self._kit = kit
        self._sweep_seconds = sweep_seconds
        self._timer_seconds = timer_seconds

    async def run(self) -> None:
        """Work until cancelled; a database that does not answer is tried again."""
        await asyncio.gather(
            self._every(self._sweep_seconds, self.sweep),
            self._every(self._timer_seconds, self.fire_timers),
        )

    async def sweep(self) -> int:
        """Take up what is due; return how many jobs were taken."""
        return await self._kit.pipeline.resuming.take_up()

    async def fire_timers(self) -> int:
        """Pause and close the rooms whose timers are due; return how many moved."""
        return len(await self._kit.check_all_timers())

    async def drain(self, *, timeout: float = 10.0) -> None:
        """Let the work that is running end, at most `timeout` seconds."""
        await self._kit.pipeline.drain(timeout=timeout)

    async def _every(self, seconds: float, step: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                await step()
            except StoreUnavailableError:
                logger.warning("the database does not answer, trying again", exc_info=True)
            except Exception:  # one bad row or room must not stop all others
                logger.exception("worker step failed")
            await asyncio.sleep(seconds)
