"""Tasks as ordinary turns: an event in the child room asks, any process answers."""

import asyncio
import logging
from datetime import timedelta

from hooks.results import TaskStatus
from rooms.delegated.ending import OVER, Endings
from rooms.delegated.host import TaskHost
from rooms.delegated.outcome import find_question
from rooms.delegated.records import CHILD_MARK, TaskEnd, TaskRecord
from rooms.delegated.rows import DelegatedTasks
from rooms.delegated.silence import Silence
from rooms.delegated.strategies import BackgroundTaskDeliveryStrategy
from rooms.delegated.task import DelegatedTask, OnComplete
from rooms.delegated.wording import question_text
from rooms.domain.content import TextContent
from rooms.domain.enums import ChannelType
from rooms.domain.errors import RoomClosedError, RoomNotFoundError, StoreUnavailableError
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.framework_event import FrameworkEvent
from rooms.domain.json import JsonObject
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.core.delegation")

POLL_S = 1.0
"""Seconds between two looks of somebody who waits; most ends are told sooner."""

LOOK_EVERY_S = 2.0
"""Seconds between two looks of the workers at a task that has not ended."""

CLAIM_S = 60.0
"""Seconds that a worker has to look after a task before another does."""


class TaskDesk:
    """Has tasks done and sees to their ends.

    Whoever sees a turn end ends its task, of several exactly one; workers look after those of
    which nobody saw it.

    Args:
        kit: In whose rooms they are done.
        rows: Where they are kept.
        default: How results are told unless a task says otherwise.
    """

    def __init__(
        self, kit: TaskHost, rows: DelegatedTasks, default: BackgroundTaskDeliveryStrategy
    ) -> None:
        self._kit = kit
        self._parts = kit.pipeline.parts
        self._rows = rows
        self._endings = Endings(kit, rows, default)
        self._silence = Silence(kit, rows)
        self._is_listening = False
        self._parts.news.on("event_processed", self._hear)
        self._parts.bus.on_gap(self._look_at_all)

    async def take(
        self, task: DelegatedTask, context: JsonObject, on_complete: OnComplete | None
    ) -> None:
        """Keep a task and ask the agent; its end is told whenever it comes.

        One that is kept already is gone on with as it was left, or has its result at once.
        """
        task.taken(self, on_complete)
        record = await self._rows.add(_record_of(task, context, self._parts))
        if not record.is_open:
            await task.finish(record.result())
            return
        self._endings.known.setdefault(task.id, []).append(task)
        if not self._is_listening:
            self._is_listening = True
            await self._parts.bus.subscribe(OVER, self._hear_notice)
        await self._silence.keep(record)  # somebody may have taken over before it was kept
        if record.status is TaskStatus.PENDING:
            await self._ask(record)
        self._parts.tasks.spawn(self._see_to_end(record))

    async def find(self, task_id: str) -> TaskRecord | None:
        """Return a task as it is kept, or None."""
        return await self._rows.get(task_id)

    async def cancel(self, task_id: str) -> bool:
        """Call a task off; False if it has ended or is unknown."""
        record = await self._rows.get(task_id)
        if record is None or not record.is_open:
            return False
        called_off = TaskEnd(status=TaskStatus.CANCELLED, error="called off")
        ended = await self._endings.end(record, called_off)
        return ended.status is TaskStatus.CANCELLED

    def let_go(self) -> None:
        """Forget who waits in this process; the tasks go on elsewhere, and after a restart."""
        self._endings.known.clear()

    async def follow(self, task: DelegatedTask) -> None:
        """Come back once the task has a result; look for its end meanwhile."""
        over = asyncio.ensure_future(task.ended())
        looking = asyncio.ensure_future(self._look_for_end(task))
        try:
            await asyncio.wait({over, looking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            looking.cancel()

    def call_off(self, task: DelegatedTask) -> None:
        """End the task as cancelled, without waiting for that."""
        self._parts.tasks.spawn(self.cancel(task.id))

    async def look_after(self) -> int:
        """Do the worker's chore: end tasks that are over, tell what was not told; count both."""
        now = self._parts.clock.now()
        due = await self._rows.claim_due(now, until=now + timedelta(seconds=CLAIM_S))
        return sum([await self._look(record) for record in due])

    async def _look(self, record: TaskRecord) -> bool:
        try:
            return await self._look_after(record)
        except StoreUnavailableError:
            raise
        except Exception:  # one that cannot be looked after must not stop the others
            logger.exception("task not looked after", extra={"task_id": record.id})
            return False

    async def _look_after(self, record: TaskRecord) -> bool:
        if not record.is_open:
            await self._endings.tell(record)
            return True
        await self._silence.keep(record)
        if record.status is TaskStatus.PENDING and await self._was_never_asked(record):
            await self._ask(record)
        seen = await self._endings.settle(record.id)
        if seen is not None and not seen.is_open:
            return True
        again = self._parts.clock.now() + timedelta(seconds=LOOK_EVERY_S)
        await self._rows.look_again(record.id, again)
        return False

    async def _was_never_asked(self, record: TaskRecord) -> bool:
        return await find_question(self._kit.store, record) is None

    async def _ask(self, record: TaskRecord) -> None:
        """Say the task in the child room, to the agent alone; once, however often it is tried."""
        question = RoomEvent(
            room_id=record.child_room_id,
            source=EventSource(channel_id=SYSTEM_CHANNEL_ID, channel_type=ChannelType.SYSTEM),
            content=TextContent(body=question_text(record.task, record.context)),
            visibility=record.agent_id,
            response_visibility="all",
            addressed_to=[record.agent_id],
            idempotency_key=record.question_key,
            metadata={"task_id": record.id},
        )
        try:
            with return_at_commit():
                await self._kit.pipeline.direct.send_as(question)
        except (RoomClosedError, RoomNotFoundError) as lost:
            what = "was closed" if isinstance(lost, RoomClosedError) else "is gone"
            gone = TaskEnd(status=TaskStatus.FAILED, error=f"the room of the task {what}")
            await self._endings.end(record, gone)
            return
        await self._rows.begin(record.id)

    async def _see_to_end(self, record: TaskRecord) -> None:
        """Wait for the agent, if it works in this process, and end its task."""
        await self._kit.pipeline.lanes.idle(record.child_room_id, record.agent_id)
        await self._endings.settle(record.id)

    async def _look_for_end(self, task: DelegatedTask) -> None:
        """Look again and again until the task has ended, wherever that was."""
        while True:
            await self._parts.clock.sleep(POLL_S)
            # Telling of the end must come to its own end, though nobody waits any more.
            settling = self._parts.tasks.spawn(self._settle_here(task.id))
            await asyncio.shield(settling)

    async def _settle_here(self, task_id: str) -> None:
        record = await self._endings.settle(task_id)
        if record is not None and not record.is_open:
            await self._endings.finish_here(record)

    async def _hear(self, event: FrameworkEvent) -> None:
        """Look at the task of a room in which somebody has spoken."""
        if event.room_id is None or CHILD_MARK not in event.room_id:
            return
        if event.channel_id != SYSTEM_CHANNEL_ID:
            self._parts.tasks.spawn(self._settle_child(event.room_id))

    async def _settle_child(self, child_room_id: str) -> None:
        record = await self._rows.of_child(child_room_id)
        if record is not None and record.is_open:
            await self._endings.settle(record.id)

    async def _hear_notice(self, message: JsonObject) -> None:
        if message["task_id"] in self._endings.known:
            self._parts.tasks.spawn(self._settle_here(message["task_id"]))

    def _look_at_all(self) -> None:
        """Look at the tasks of this process: a notice may have been lost."""
        for task_id in [*self._endings.known]:
            self._parts.tasks.spawn(self._settle_here(task_id))


def _record_of(task: DelegatedTask, context: JsonObject, parts: Parts) -> TaskRecord:
    now = parts.clock.now()
    return TaskRecord(
        id=task.id,
        parent_room_id=task.parent_room_id,
        child_room_id=task.child_room_id,
        agent_id=task.agent_id,
        organization_id=task.organization_id,
        task=task.task,
        context=context,
        notify=task.notify,
        delivery={} if task.delivery is None else task.delivery.spec,
        created_at=now,
        expires_at=None if task.timeout is None else now + timedelta(seconds=task.timeout),
        look_at=now + timedelta(seconds=LOOK_EVERY_S),
    )
