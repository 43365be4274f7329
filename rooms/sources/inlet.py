"""How what a source brings enters the kit."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage, InboundResult
from rooms.pipeline.spawning import TaskGroup
from rooms.ports import ItemTaker
from rooms.sources.record import SourceRecord


class Inlet:
    """The link of one source, and what its messages are emitted to.

    Args:
        name: What the source is attached as.
        source: The name of the source itself.
        taker: Lets items take effect.
        record: Where messages are counted.
        tasks: Where a look at the source runs.
        max_at_once: How many calls may be at work together; None for no limit.
    """

    def __init__(
        self,
        name: str,
        source: str,
        *,
        taker: ItemTaker,
        record: SourceRecord,
        tasks: TaskGroup,
        max_at_once: int | None,
    ) -> None:
        self._name = name
        self._source = source
        self._taker = taker
        self._record = record
        self._tasks = tasks
        self._turn: AbstractAsyncContextManager[object] = (
            nullcontext() if max_at_once is None else asyncio.Semaphore(max_at_once)
        )

    async def emit(self, message: InboundMessage) -> InboundResult:
        """Let a message enter its room; it is stored when this returns."""
        [result] = await self.take([message])
        return result

    async def take(self, items: Sequence[Any]) -> list[InboundResult]:
        """Let items take effect, in order; return what became of the messages among them.

        Raises:
            Exception: What failed; of several failures an ExceptionGroup.
        """
        async with self._turn:
            try:
                results = await self._taker(self._source, [*map(self._keyed, items)])
            except ExceptionGroup as group:
                if len(group.exceptions) > 1:
                    raise
                raise group.exceptions[0] from None
        for _ in results:
            self._record.count_message()
        return results

    @property
    def cursor(self) -> JsonObject:
        """How far the source has read."""
        return self._record.cursor

    async def keep_cursor(self, cursor: JsonObject) -> None:
        """Keep how far it has read."""
        await self._record.keep_cursor(cursor)

    def look(self) -> None:
        """Note how the source is doing, soon."""
        self._tasks.spawn(self._record.look())

    def _keyed(self, item: Any) -> Any:
        """Give a message the key under which it is stored once, from the id it came with."""
        if not isinstance(item, InboundMessage) or item.idempotency_key:
            return item
        told = item.provider_message_id or item.external_id
        return item.model_copy(update={"idempotency_key": f"{self._name}:{told}"}) if told else item
