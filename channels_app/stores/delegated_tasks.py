"""Delegated tasks in the site's database, and the chore that looks after them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from channels_app.models import DelegatedTask
from hooks.results import TaskStatus
from rooms.delegated.records import TaskEnd, TaskRecord
from rooms.delegated.rows import DelegatedTasks
from rooms.domain.content import make_storable
from rooms.kit import RoomKit
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads

CHORE = "delegated_tasks"


def database_tasks(rooms: ConversationStore) -> DelegatedTasks | None:
    """Return where tasks are kept beside rooms of the database; None beside others.

    Every method raises StoreUnavailableError if the database cannot be reached, and
    RowRefusedError if it refuses a row, as of a room that is gone.
    """
    return DatabaseTasks(rooms.threads) if isinstance(rooms, OrmStore) else None


async def look_after_tasks(kit: RoomKit) -> int:
    """Do the worker's chore: end tasks that are over, and tell of ends that nobody told.

    Returns:
        How many that were.
    """
    return await kit.delegation.look_after()


class DatabaseTasks(DelegatedTasks):
    """Keeps tasks where every process finds them."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def add(self, record: TaskRecord) -> TaskRecord:
        """Insert a task and return it; of several with one id the first stays, and is returned."""
        return await self._threads.run(_add, record)

    async def get(self, task_id: str) -> TaskRecord | None:
        """Return a task, or None."""
        return await self._threads.run(_get, task_id)

    async def of_child(self, child_room_id: str) -> TaskRecord | None:
        """Return the task that is done in a room, or None."""
        return await self._threads.run(_of_child, child_room_id)

    async def open_of(self, parent_room_id: str) -> list[TaskRecord]:
        """Return the tasks that were delegated from a room and have not ended."""
        return await self._threads.run(_open_of, parent_room_id)

    async def begin(self, task_id: str) -> None:
        """Note that the agent was asked, if the task is still PENDING."""
        await self._threads.run(_begin, task_id)

    async def end(
        self, task_id: str, end: TaskEnd, *, at: datetime, look_at: datetime
    ) -> TaskRecord | None:
        """Write how a task ends, if it has not ended; None if somebody was first."""
        return await self._threads.run(_end, task_id, end, at, look_at)

    async def claim_due(
        self, now: datetime, *, until: datetime, limit: int = 50
    ) -> list[TaskRecord]:
        """Return tasks that somebody should look after, each to one caller until a moment."""
        return await self._threads.run(_claim_due, now, until, limit)

    async def look_again(self, task_id: str, at: datetime) -> None:
        """Have a task looked after at a moment."""
        await self._threads.run(_change, task_id, look_at=at)

    async def note_told(self, task_id: str, at: datetime) -> None:
        """Note that everybody was told of its end."""
        await self._threads.run(_change, task_id, told_at=at)


def _add(record: TaskRecord) -> TaskRecord:
    try:
        with transaction.atomic():
            DelegatedTask.from_domain(record).save(force_insert=True)
    except IntegrityError:
        if (known := _get(record.id)) is None:
            raise
        return known
    return record


def _get(task_id: str) -> TaskRecord | None:
    row = DelegatedTask.objects.filter(pk=task_id).first()
    return None if row is None else row.to_domain()


def _of_child(child_room_id: str) -> TaskRecord | None:
    row = DelegatedTask.objects.filter(child_room_id=child_room_id).first()
    return None if row is None else row.to_domain()


def _open_of(parent_room_id: str) -> list[TaskRecord]:
    rows = DelegatedTask.objects.open().filter(parent_room_id=parent_room_id)
    return [row.to_domain() for row in rows.order_by("created_at", "pk")]


def _begin(task_id: str) -> None:
    pending = DelegatedTask.objects.filter(pk=task_id, status=TaskStatus.PENDING.value)
    pending.update(status=TaskStatus.IN_PROGRESS.value)


def _end(task_id: str, end: TaskEnd, at: datetime, look_at: datetime) -> TaskRecord | None:
    is_first = (
        DelegatedTask.objects.open()
        .filter(pk=task_id)
        .update(
            status=end.status.value,
            output=make_storable(end.output),
            error=make_storable(end.error),
            ended_at=at,
            look_at=look_at,
        )
    )
    return _get(task_id) if is_first else None


def _claim_due(now: datetime, until: datetime, limit: int) -> list[TaskRecord]:
    due = list(DelegatedTask.objects.due(now).order_by("look_at", "pk")[:limit])
    return [row.to_domain() for row in due if _claim(row, until)]


def _claim(row: DelegatedTask, until: datetime) -> bool:
    """Take a row as it was read; somebody who was quicker has changed it."""
    as_read = DelegatedTask.objects.filter(pk=row.pk, look_at=row.look_at, told_at=None)
    return bool(as_read.update(look_at=until))


def _change(task_id: str, **columns: datetime) -> None:
    DelegatedTask.objects.filter(pk=task_id).update(**columns)
