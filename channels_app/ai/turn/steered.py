"""Directives for a turn, from this process and from others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pydantic import ValidationError

from channels_app.ai.steering import RunningLoop, SteeringDirective, parse_directive
from channels_app.ai.store import SteeringStore
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.json import JsonObject
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.ai")

POLL_S = 0.2
"""How long a directive of another process waits at most while a model is writing."""


class Steered:
    """Collects the directives of one turn.

    Args:
        loop: The turn, as this process knows it.
        store: Where other processes leave directives.
        clock: Lets the time between two looks pass.
        opened: Awaited before the first look, because the run has its final id only then.
    """

    def __init__(
        self,
        loop: RunningLoop,
        store: SteeringStore,
        clock: Clock,
        opened: Callable[[], Awaitable[object]],
    ) -> None:
        self._loop = loop
        self._store = store
        self._clock = clock
        self._opened = opened
        self._fetching = asyncio.Lock()
        self._last_fetch: asyncio.Future[None] | None = None

    async def drain(self, *, everywhere: bool) -> list[SteeringDirective]:
        """Return what has come, in order; `everywhere` looks also at what other processes left."""
        if everywhere:
            await self.fetch()
        return self._loop.drain()

    async def watch(self) -> None:
        """Fetch what other processes leave, until cancelled: a `Cancel` of theirs wakes the turn.

        The clock sleeps first, so that a short answer costs no look at the store.
        """
        while True:
            await self._clock.sleep(POLL_S)
            await self.fetch()

    async def fetch(self) -> None:
        """Put what other processes left into the turn's own queue.

        The store gives each directive away once, so it goes on even if its caller is cancelled.
        """
        self._last_fetch = asyncio.ensure_future(self._fetch())
        await asyncio.shield(self._last_fetch)

    async def _fetch(self) -> None:
        async with self._fetching:
            for data in await self._take():
                self._queue(data)

    async def _take(self) -> list[JsonObject]:
        try:
            await self._opened()
            return await self._store.take(self._loop.id)
        except StoreUnavailableError:
            logger.warning("directives could not be read", extra={"run_id": self._loop.id})
            return []

    def _queue(self, data: JsonObject) -> None:
        try:
            self._loop.put(parse_directive(data))
        except ValidationError:
            logger.warning("a directive was not understood", extra={"run_id": self._loop.id})
