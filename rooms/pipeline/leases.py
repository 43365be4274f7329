"""Keeps the leases of the rows this process works on, for as long as it works on them."""

import asyncio
import logging

from rooms.pipeline.spawning import TaskGroup
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.core.lanes")


class LeaseKeeper:
    """Renews the leases of the rows that are worked on, every third of their time.

    Rows that nobody works on are not renewed, though they are leased to this process: their leases
    run out, so that they are found.

    Args:
        store: Where the leases are.
        tasks: Runs the renewals.
        node: Whose leases.
        seconds: How long a lease lasts.
    """

    def __init__(
        self, store: ConversationStore, tasks: TaskGroup, *, node: str, seconds: float
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._node = node
        self._seconds = seconds
        self._rows: set[str] = set()
        self._left: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def keep(self, row_id: str) -> None:
        """Keep the lease of a row alive."""
        self._rows.add(row_id)
        self._left.discard(row_id)
        if self._timer is None:
            self._set_timer()

    def drop(self, row_id: str) -> None:
        """Stop caring for a row whose work has ended."""
        self._rows.discard(row_id)
        if not self._rows and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def leave(self, row_id: str) -> None:
        """Stop caring for a row whose work has not ended; `give_back` frees it for others."""
        if row_id in self._rows:
            self._left.add(row_id)
            self.drop(row_id)

    async def give_back(self) -> None:
        """End the leases of the rows that were left, so that nobody has to wait for their end.

        Until then what comes behind them in their lanes would be leased to this process. If it
        fails it is tried again when rows are taken or renewed next; at the worst the leases run
        out.
        """
        rows, self._left = self._left, set()
        if not rows:
            return
        try:
            await self._store.renew_leases(self._node, sorted(rows), seconds=0)
        except Exception:
            logger.warning("leases not given back", exc_info=True, extra={"node": self._node})
            self._left |= rows - self._rows

    def holds(self, row_id: str) -> bool:
        """Tell whether a row is being worked on in this process."""
        return row_id in self._rows

    def _set_timer(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._seconds / 3, self._renew_soon)

    def _renew_soon(self) -> None:
        self._set_timer()
        self._tasks.spawn(self._renew())

    async def _renew(self) -> None:
        await self.give_back()
        rows = sorted(self._rows)
        try:
            await self._store.renew_leases(self._node, rows, seconds=self._seconds)
        except Exception:  # the next renewal may succeed; else another process takes over
            logger.warning("leases not renewed", exc_info=True, extra={"node": self._node})
