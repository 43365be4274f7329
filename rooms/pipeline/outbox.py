"""Writes the ends of delivery jobs: what waits while one write runs goes with the next."""

import asyncio

from rooms.domain.job import DeliveryFinish, DeliveryState
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.work import Work
from rooms.stores.base import ConversationStore

Written = asyncio.Future[frozenset[str]]
"""Resolved when a batch is stored, with the ids of the fenced rows that were."""


class Outbox:
    """Batches `finish_deliveries` without making anybody linger."""

    def __init__(self, store: ConversationStore, tasks: TaskGroup, *, node: str) -> None:
        self._store = store
        self._tasks = tasks
        self._node = node
        self._waiting: list[DeliveryFinish] = []
        self._written: Written | None = None
        self._running = False

    async def begin(self, work: Work) -> bool:
        """Mark that an attempt begins; tell whether the row is still this process's to work on.

        Raises:
            StoreUnavailableError: If that could not be stored; the attempt must not be made.
        """
        [begun] = work.finish(DeliveryState.SENDING) or [None]
        if begun is None:
            return True
        fenced = begun.model_copy(update={"lease_owner": self._node})
        return begun.id in await self.finish((fenced,))

    async def finish(self, finishes: tuple[DeliveryFinish, ...]) -> frozenset[str]:
        """Write the new states; returns when they are stored, with the ids of the fenced ones.

        Raises:
            StoreUnavailableError: If they could not be stored; the lease will run out instead.
        """
        if not finishes:
            return frozenset()
        self._waiting.extend(finishes)
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        written = self._written
        if not self._running:
            self._running = True
            self._tasks.spawn(self._drain())
        return await asyncio.shield(written)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                written, self._written = self._written, None
                if written is not None:
                    await self._write(batch, written)
        finally:
            self._running = False

    async def _write(self, batch: list[DeliveryFinish], written: Written) -> None:
        try:
            fenced = await self._store.finish_deliveries(batch)
        except Exception as error:
            written.set_exception(error)
        else:
            written.set_result(fenced)
