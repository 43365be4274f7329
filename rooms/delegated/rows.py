"""Where delegated tasks are kept: beside the rooms they are done in."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from weakref import WeakKeyDictionary

from hooks.results import TaskStatus
from rooms.delegated.records import TaskEnd, TaskRecord
from rooms.stores.base import ConversationStore


class DelegatedTasks(Protocol):
    """Tasks and how they end; of several who end one, one does."""

    async def add(self, record: TaskRecord) -> TaskRecord:
        """Insert a task and return it; of several with one id the first stays, and is returned."""

    async def get(self, task_id: str) -> TaskRecord | None:
        """Return a task, or None."""

    async def of_child(self, child_room_id: str) -> TaskRecord | None:
        """Return the task that is done in a room, or None."""

    async def open_of(self, parent_room_id: str) -> list[TaskRecord]:
        """Return the tasks that were delegated from a room and have not ended."""

    async def begin(self, task_id: str) -> None:
        """Note that the agent was asked, if the task is still PENDING."""

    async def end(
        self, task_id: str, end: TaskEnd, *, at: datetime, look_at: datetime
    ) -> TaskRecord | None:
        """Write how a task ends, if it has not ended; None if somebody was first.

        Args:
            task_id: The task.
            end: How it ends.
            at: When that is.
            look_at: When to look whether everybody was told.
        """

    async def claim_due(
        self, now: datetime, *, until: datetime, limit: int = 50
    ) -> list[TaskRecord]:
        """Return tasks that somebody should look after, each to one caller until a moment.

        Those are the ones whose `look_at` has come and of whose end not everybody was told.
        """

    async def look_again(self, task_id: str, at: datetime) -> None:
        """Have a task looked after at a moment."""

    async def note_told(self, task_id: str, at: datetime) -> None:
        """Note that everybody was told of its end."""


class MemoryTasks(DelegatedTasks):
    """Keeps tasks in this process; use it from one event loop."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskRecord] = {}

    async def add(self, record: TaskRecord) -> TaskRecord:
        """Insert a task and return it; of several with one id the first stays, and is returned."""
        return self._tasks.setdefault(record.id, record)

    async def get(self, task_id: str) -> TaskRecord | None:
        """Return a task, or None."""
        return self._tasks.get(task_id)

    async def of_child(self, child_room_id: str) -> TaskRecord | None:
        """Return the task that is done in a room, or None."""
        found = (each for each in self._tasks.values() if each.child_room_id == child_room_id)
        return next(found, None)

    async def open_of(self, parent_room_id: str) -> list[TaskRecord]:
        """Return the tasks that were delegated from a room and have not ended."""
        of_room = (each for each in self._tasks.values() if each.parent_room_id == parent_room_id)
        return [each for each in of_room if each.is_open]

    async def begin(self, task_id: str) -> None:
        """Note that the agent was asked, if the task is still PENDING."""
        record = self._tasks[task_id]
        if record.status is TaskStatus.PENDING:
            self._change(record, status=TaskStatus.IN_PROGRESS)

    async def end(
        self, task_id: str, end: TaskEnd, *, at: datetime, look_at: datetime
    ) -> TaskRecord | None:
        """Write how a task ends, if it has not ended; None if somebody was first."""
        record = self._tasks[task_id]
        if not record.is_open:
            return None
        return self._change(record, **end.model_dump(), ended_at=at, look_at=look_at)

    async def claim_due(
        self, now: datetime, *, until: datetime, limit: int = 50
    ) -> list[TaskRecord]:
        """Return tasks that somebody should look after, each to one caller until a moment."""
        due = [each for each in self._tasks.values() if not each.told_at and each.look_at <= now]
        return [self._change(each, look_at=until) for each in due[:limit]]

    async def look_again(self, task_id: str, at: datetime) -> None:
        """Have a task looked after at a moment."""
        self._change(self._tasks[task_id], look_at=at)

    async def note_told(self, task_id: str, at: datetime) -> None:
        """Note that everybody was told of its end."""
        self._change(self._tasks[task_id], told_at=at)

    def _change(self, record: TaskRecord, **columns: object) -> TaskRecord:
        changed = record.model_copy(update=columns)
        self._tasks[record.id] = changed
        return changed


Maker = Callable[[ConversationStore], DelegatedTasks | None]

_makers: list[Maker] = []
_kept: "WeakKeyDictionary[ConversationStore, DelegatedTasks]" = WeakKeyDictionary()


def register_maker(maker: Maker) -> None:
    """Offer a place to keep tasks beside stores of a kind; None passes on others."""
    if maker not in _makers:
        _makers.append(maker)


def tasks_beside(rooms: ConversationStore) -> DelegatedTasks:
    """Return where tasks are kept beside these rooms; the same object each time."""
    if rooms not in _kept:
        made = (maker(rooms) for maker in _makers)
        _kept[rooms] = next((kept for kept in made if kept is not None), None) or MemoryTasks()
    return _kept[rooms]
