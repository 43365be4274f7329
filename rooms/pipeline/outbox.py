"""Writes where delivery jobs stand: what waits while one write runs goes with the next."""

import asyncio
from itertools import count

from rooms.domain.job import DeliveryFinish, DeliveryState
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.work import LostRow, Work
from rooms.stores.base import ConversationStore

Written = asyncio.Future[frozenset[str]]
"""Resolved when a batch is stored, with the ids of the fenced rows that were."""


class Outbox:
    """Batches `finish_deliveries` without making anybody linger.

    Args:
        store: Where the rows are.
        tasks: Runs the writes.
        lanes: Holds a lane while the database does not answer.
    """

    def __init__(self, store: ConversationStore, tasks: TaskGroup, lanes: Lanes) -> None:
        self._store = store
        self._tasks = tasks
        self._lanes = lanes
        self._waiting: list[DeliveryFinish] = []
        self._written: Written | None = None
        self._running = False

    async def begin(self, work: Work) -> None:
        """Mark that an attempt begins, as soon as the database answers.

        Raises:
            LostRow: If another process has taken the row meanwhile.
        """
        await self.note(work, work.finish(DeliveryState.SENDING))

    async def note(self, work: Work, finishes: tuple[DeliveryFinish, ...]) -> None:
        """Write where the work stands, as soon as the database answers.

        Raises:
            LostRow: If another process has taken the row meanwhile.
        """
        if not finishes:
            return
        if not await self._lanes.persist(work, lambda: self.finish(finishes)):
            raise LostRow(work)
        work.tried = work.tried or any(finish.owes_round for finish in finishes)

    async def end(self, work: Work, finishes: tuple[DeliveryFinish, ...]) -> None:
        """Write how the work ended, as soon as the database answers.

        Raises:
            LostRow: If another process has taken the row meanwhile.
        """
        tries = count()

        async def write() -> bool:
            # A write of which only the answer was lost finds the row ended, by itself.
            is_repeated = next(tries) > 0
            return bool(await self.finish(finishes)) or is_repeated

        if finishes and not await self._lanes.persist(work, write):
            raise LostRow(work)
        work.ended = True

    async def finish(self, finishes: tuple[DeliveryFinish, ...]) -> frozenset[str]:
        """Write the new states; returns when they are stored, with those of the ids still held.

        Raises:
            StoreUnavailableError: If they could not be stored.
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
        held = await asyncio.shield(written)
        # Others' rows were written with them, and say nothing of these.
        return held & {finish.id for finish in finishes}

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
