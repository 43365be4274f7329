"""Writes the ends of delivery jobs: what waits while one write runs goes with the next."""

import asyncio

from rooms.domain.job import DeliveryFinish
from rooms.pipeline.spawning import TaskGroup
from rooms.stores.base import ConversationStore


class Outbox:
    """Batches `finish_deliveries` without making anybody linger."""

    def __init__(self, store: ConversationStore, tasks: TaskGroup) -> None:
        self._store = store
        self._tasks = tasks
        self._waiting: list[DeliveryFinish] = []
        self._written: asyncio.Future[None] | None = None
        self._running = False

    async def finish(self, finishes: tuple[DeliveryFinish, ...]) -> None:
        """Write the new states; returns when they are stored.

        Raises:
            StoreUnavailableError: If they could not be stored; the lease will run out instead.
        """
        if not finishes:
            return
        self._waiting.extend(finishes)
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        written = self._written
        if not self._running:
            self._running = True
            self._tasks.spawn(self._drain())
        await asyncio.shield(written)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                written, self._written = self._written, None
                if written is not None:
                    await self._write(batch, written)
        finally:
            self._running = False

    async def _write(self, batch: list[DeliveryFinish], written: asyncio.Future[None]) -> None:
        try:
            await self._store.finish_deliveries(batch)
        except Exception as error:
            written.set_exception(error)
        else:
            written.set_result(None)
