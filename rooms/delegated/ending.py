"""The end of a task: written once, then told to everybody, again after a crash."""

import logging
from contextlib import suppress
from datetime import timedelta

from hooks.results import TaskStatus
from hooks.triggers import HookTrigger
from rooms.delegated.host import TaskHost
from rooms.delegated.outcome import read_outcome
from rooms.delegated.records import TaskEnd, TaskRecord
from rooms.delegated.rows import DelegatedTasks
from rooms.delegated.strategies import (
    BackgroundTaskDeliveryStrategy,
    TaskDeliveryContext,
    build_strategy,
)
from rooms.delegated.task import DelegatedTask
from rooms.domain.commit import CommitOutcome
from rooms.domain.enums import EventType
from rooms.domain.errors import IllegalRoomMoveError, RoomClosedError, RoomNotFoundError
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import build_record
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.core.delegation")

TELLING_S = 60.0
"""How long a process has to tell of an end before another does so."""

OVER = "tasks:over"
"""The topic of the bus that tells of ends; the process that has delegated listens."""


class Endings:
    """Ends tasks and tells of their ends.

    Attributes:
        known: The tasks that were delegated here and have not ended, by id; one that has a key
            may have been delegated several times.
    """

    def __init__(
        self,
        kit: TaskHost,
        rows: DelegatedTasks,
        default: BackgroundTaskDeliveryStrategy,
    ) -> None:
        self._kit = kit
        self._rows = rows
        self._default = default
        self.known: dict[str, list[DelegatedTask]] = {}

    @property
    def _parts(self) -> Parts:
        return self._kit.pipeline.parts

    async def settle(self, task_id: str) -> TaskRecord | None:
        """End a task whose agent has ended or whose time is over; return it as it is now."""
        record = await self._rows.get(task_id)
        if record is None or not record.is_open:
            return record
        outcome = await read_outcome(self._kit.store, record) or self._overdue(record)
        return record if outcome is None else await self.end(record, outcome)

    async def end(self, record: TaskRecord, outcome: TaskEnd) -> TaskRecord:
        """End a task, unless somebody was first, and tell of it; return it as it is then."""
        now = self._parts.clock.now()
        look_at = now + timedelta(seconds=TELLING_S)
        ended = await self._rows.end(record.id, outcome, at=now, look_at=look_at)
        if ended is None:
            return await self._rows.get(record.id) or record
        await self.tell(ended)
        return ended

    async def tell(self, record: TaskRecord) -> None:
        """Tell everybody of an end; whoever was told before is not told the result twice."""
        with return_at_commit():
            given = [task.delivery for task in self.known.get(record.id, ())]
            await self._close_child(record)
            await self._tell_parent(record)
            await self.finish_here(record)
            await self._parts.bus.publish(OVER, {"task_id": record.id})
            await self._deliver(record, next(filter(None, given), None))
        await self._rows.note_told(record.id, self._parts.clock.now())

    async def finish_here(self, record: TaskRecord) -> None:
        """Give the result to who waits for it in this process."""
        for task in self.known.pop(record.id, ()):
            await task.finish(record.result())

    def _overdue(self, record: TaskRecord) -> TaskEnd | None:
        if record.expires_at is None or record.expires_at > self._parts.clock.now():
            return None
        seconds = (record.expires_at - record.created_at).total_seconds()
        return TaskEnd(status=TaskStatus.FAILED, error=f"no answer within {seconds:g} s")

    async def _close_child(self, record: TaskRecord) -> None:
        """End what the agent is still doing, and let nothing more happen in the child room."""
        child = record.child_room_id
        facts = {"task_status": record.status.value}
        with suppress(RoomNotFoundError, RoomClosedError, IllegalRoomMoveError):
            await self._kit.store.patch_room_metadata(child, facts)
            if record.status is not TaskStatus.COMPLETED:
                await self._kit.queue_room(child, reason=f"task_{record.status.value}")
            await self._kit.close_room(child)

    async def _tell_parent(self, record: TaskRecord) -> None:
        """Write the end down on the parent's timeline and fire ON_TASK_COMPLETED."""
        result = record.result()
        data = result.model_dump(mode="json", exclude={"metadata"})
        event = build_record(
            record.parent_room_id, EventType.TASK_COMPLETED, "task_completed", data
        ).model_copy(update={"idempotency_key": f"task:{record.id}:completed"})
        records = self._kit.pipeline.records
        async with self._parts.locks.locked(record.parent_room_id):
            written = await records.write(event)
        if written.outcome in (CommitOutcome.COMMITTED, CommitOutcome.DUPLICATE):
            event = written.events[0]
        await records.tell(HookTrigger.ON_TASK_COMPLETED, event)

    async def _deliver(
        self, record: TaskRecord, given: BackgroundTaskDeliveryStrategy | None
    ) -> None:
        if record.notify is None or record.status is TaskStatus.CANCELLED:
            return
        strategy = given or build_strategy(record.delivery) or self._default
        ctx = TaskDeliveryContext(self._kit, record.result(), record.notify)
        try:
            await strategy.deliver(ctx)
        except (RoomClosedError, RoomNotFoundError):
            logger.info("result of a task has no room any more", extra={"task_id": record.id})
