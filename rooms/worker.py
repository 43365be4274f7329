"""The worker: takes up what nobody works on, looks after what was sent, lets timers fire.

The same code runs on a web server's event loop and in processes of its own. Any number may sweep;
the timers are fired by one of them, which holds a lease for it.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from functools import partial

from rooms.chores import registered_chores
from rooms.domain.errors import StoreUnavailableError
from rooms.kit import RoomKit

logger = logging.getLogger("roomkit.core.worker")

TIMERS_LEASE = "roomkit:timers"
LEADS_FOR_ROUNDS = 3
# Processes that start together would otherwise ask the database together for ever.
JITTER = 0.2


class Worker:
    """Drains leases that ran out, fires room timers and does chores until it is cancelled.

    Args:
        kit: Whose store and lanes to use.
        sweep_seconds: How often to look for abandoned work.
        timer_seconds: How often to look for rooms to pause or close.
    """

    def __init__(
        self, kit: RoomKit, *, sweep_seconds: float = 1.0, timer_seconds: float = 5.0
    ) -> None:
        self._kit = kit
        self._node = kit.pipeline.parts.node
        self._sweep_seconds = sweep_seconds
        self._timer_seconds = timer_seconds
        self._leads = False

    async def run(self) -> None:
        """Work until cancelled; a database that does not answer is tried again."""
        try:
            await asyncio.gather(
                self._every(self._sweep_seconds, self.sweep),
                self._every(self._timer_seconds, self.fire_timers),
                self._every(self._sweep_seconds, self.look_after),
                self._every(self._sweep_seconds, self.say_scheduled),
                *(
                    self._every(self._sweep_seconds, partial(chore, self._kit))
                    for chore in registered_chores()
                ),
            )
        finally:
            await self._step_down()

    async def sweep(self) -> int:
        """Take up what is due; return how many jobs were taken."""
        return await self._kit.pipeline.resuming.take_up()

    async def look_after(self) -> int:
        """Let messages that did not reach anybody go on; return how many were looked at."""
        return await self._kit.pipeline.fallbacks.take_due()

    async def say_scheduled(self) -> int:
        """Say what was scheduled for now; return how much that was."""
        return await self._kit.pipeline.schedules.send_due()

    async def fire_timers(self) -> int:
        """Pause and close the rooms whose timers are due; return how many moved.

        Only the worker that leads does so. It leads as long as it comes back in time.
        """
        self._leads = await self._kit.store.acquire_lease(
            TIMERS_LEASE, self._node, seconds=self._timer_seconds * LEADS_FOR_ROUNDS
        )
        return len(await self._kit.check_all_timers()) if self._leads else 0

    async def drain(self, *, timeout: float = 10.0) -> None:
        """Begin nothing more; let what has begun end, at most `timeout` seconds."""
        await self._kit.pipeline.stop(timeout=timeout)

    async def _every(self, seconds: float, step: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                await step()
            except StoreUnavailableError:
                logger.warning("the database does not answer, trying again", exc_info=True)
            except Exception:  # one bad row or room must not stop all others
                logger.exception("worker step failed")
            spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads, hides nothing
            await asyncio.sleep(seconds * spread)

    async def _step_down(self) -> None:
        """Let another worker lead at once, not only when the lease has run out.

        Also where this one may have been told to stop while the lease was on its way.
        """
        self._leads = False
        try:
            await self._kit.store.release_lease(TIMERS_LEASE, self._node)
        except StoreUnavailableError:
            logger.warning("the lease of the timers is left to run out", exc_info=True)
