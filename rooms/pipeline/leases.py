"""Keeps the leases of the rows this process works on, for as long as it works on them."""

import asyncio
import logging

from rooms.pipeline.spawning import TaskGroup
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.core.lanes")


class LeaseKeeper:
    """Renews this process's leases every third of their time while it holds any row.

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
        self._timer: asyncio.TimerHandle | None = None

    def keep(self, row_id: str) -> None:
        """Keep the lease of a row alive."""
        self._rows.add(row_id)
        if self._timer is None:
            self._set_timer()

    def drop(self, row_id: str) -> None:
        """Stop caring for a row whose work has ended."""
        self._rows.discard(row_id)
        if not self._rows and self._timer is not None:
            self._timer.cancel()
            self._timer = None

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
        try:
            await self._store.renew_leases(self._node, seconds=self._seconds)
        except Exception:  # the next renewal may succeed; else another process takes over
            logger.warning("leases not renewed", exc_info=True, extra={"node": self._node})
