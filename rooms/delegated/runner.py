"""Who has tasks done (RFC §20): the rooms themselves, unless the host brings somebody else."""

from abc import ABC, abstractmethod

from rooms.delegated.desk import TaskDesk
from rooms.delegated.host import TaskHost
from rooms.delegated.rows import DelegatedTasks, MemoryTasks, tasks_beside
from rooms.delegated.strategies import BackgroundTaskDeliveryStrategy
from rooms.delegated.task import DelegatedTask, OnComplete
from rooms.domain.json import JsonObject


class TaskRunner(ABC):
    """Has tasks done whose rooms are made already.

    A task with an idempotency key may be submitted again, under the same id, after a crash.

    One that the host brings calls `task.taken()` when it takes a task, and `task.finish()` with the
    result. Telling rooms of that is its own business.
    """

    @abstractmethod
    async def submit(
        self,
        kit: TaskHost,
        task: DelegatedTask,
        *,
        context: JsonObject | None = None,
        on_complete: OnComplete | None = None,
    ) -> None:
        """Begin a task, without waiting for its end."""

    @abstractmethod
    async def cancel(self, task_id: str) -> bool:
        """Call a task off; False if it has ended or is unknown."""

    @abstractmethod
    async def close(self) -> None:
        """Free what is held; calling it twice does no harm."""


class RoomTaskRunner(TaskRunner):
    """Asks the agent in the child room by an event; the job of its turn is as durable as any.

    The tasks are kept beside the rooms: in the database they outlive every process.
    """

    def __init__(self) -> None:
        self._desk: TaskDesk | None = None

    def bind(self, kit: TaskHost, default: BackgroundTaskDeliveryStrategy) -> None:
        """Learn whose tasks these are; a kit does so when it is made.

        Raises:
            RuntimeError: If it is another kit's already.
        """
        if self._desk is not None:
            raise RuntimeError("this task runner has a kit: give each RoomKit one of its own")
        self._desk = TaskDesk(kit, self._choose_rows(kit), default)

    async def submit(
        self,
        kit: TaskHost,
        task: DelegatedTask,
        *,
        context: JsonObject | None = None,
        on_complete: OnComplete | None = None,
    ) -> None:
        """Keep the task and ask the agent; its end is told whenever it comes."""
        await self.desk.take(task, context or {}, on_complete)

    async def cancel(self, task_id: str) -> bool:
        """Call a task off; False if it has ended or is unknown."""
        return await self.desk.cancel(task_id)

    async def close(self) -> None:
        """Let go of the tasks of this process; they go on elsewhere, and after a restart."""
        self.desk.let_go()

    @property
    def desk(self) -> TaskDesk:
        """Where the tasks are seen to.

        Raises:
            RuntimeError: If it was given to no kit.
        """
        if self._desk is None:
            raise RuntimeError("this task runner has no kit: give it to RoomKit(task_runner=...)")
        return self._desk

    def _choose_rows(self, kit: TaskHost) -> DelegatedTasks:
        return tasks_beside(kit.store)


class InMemoryTaskRunner(RoomTaskRunner):
    """Keeps the tasks in this process: of those that it dies with nobody is ever told."""

    def _choose_rows(self, kit: TaskHost) -> DelegatedTasks:
        return MemoryTasks()
