"""The right to run a source: a lease that one process holds."""

import asyncio
import logging

from rooms.domain.errors import StoreUnavailableError
from rooms.domain.source import lease_of
from rooms.resilience.clock import Clock
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.core.sources")

RENEWALS_PER_LEASE = 3


class Tenure:
    """Gains the lease of one source, keeps it and gives it back.

    Args:
        store: Where leases are.
        name: What the source is attached as.
        node: Names this process.
        seconds: How long the lease lasts without a sign of life.
        clock: Paces the renewals.
    """

    def __init__(
        self, store: ConversationStore, name: str, *, node: str, seconds: float, clock: Clock
    ) -> None:
        self._store = store
        self._lease = lease_of(name)
        self._node = node
        self._seconds = seconds
        self._clock = clock
        self._sure_until = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether no other process can have the lease at this moment."""
        return self._sure_until > self._clock.monotonic()

    async def gain(self) -> None:
        """Wait until no other process has the lease, and take it."""
        while not await self._ask():
            await self._clock.sleep(self._pause)

    async def keep(self) -> None:
        """Renew the lease; return as soon as another process may have it."""
        while (left := self._sure_until - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(left, self._pause))
            if await self._ask() is False:
                return

    async def give_back(self) -> None:
        """Let another process take over at once, not only when the lease has run out."""
        try:
            await self._store.release_lease(self._lease, self._node)
        except StoreUnavailableError:
            logger.warning("the lease of a source is left to run out", extra={"lease": self._lease})

    @property
    def _pause(self) -> float:
        return self._seconds / RENEWALS_PER_LEASE

    async def _ask(self) -> bool | None:
        """Take or renew the lease; None means that the store did not answer in time."""
        asked_at = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._pause):  # an answer that comes late is none
                held = await self._store.acquire_lease(
                    self._lease, self._node, seconds=self._seconds
                )
        except (StoreUnavailableError, TimeoutError):
            logger.warning("no answer about a source's lease", extra={"lease": self._lease})
            return None
        if held:
            self._sure_until = asked_at + self._seconds
        return held
