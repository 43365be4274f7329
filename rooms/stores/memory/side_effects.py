"""Tasks and observations: what hooks and channels leave behind."""

from hooks.results import Observation, Task
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.tables import Tables, refuse_taken


class SideEffectTable:
    """Writes and lists tasks and observations."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add_task(self, task: Task) -> Task:
        """Insert a task."""
        record = self._tables.record(task.room_id)
        refuse_taken(self._tables.task_rooms, [task.id], "task")
        self._tables.task_rooms[task.id] = task.room_id
        record.tasks[task.id] = private_copy(task)
        return private_copy(task)

    def get_task(self, task_id: str) -> Task | None:
        """Return a task or None."""
        record = self._tables.rooms.get(self._tables.task_rooms.get(task_id, ""))
        return private_copy(record.tasks.get(task_id)) if record else None

    def list_tasks(self, room_id: str, status: str | None = None) -> list[Task]:
        """Return a room's tasks in creation order."""
        record = self._tables.rooms.get(room_id)
        tasks = record.tasks.values() if record else ()
        found = [task for task in tasks if status in (None, task.status)]
        return private_copies(sorted(found, key=lambda task: (task.created_at, task.id)))

    def update_task(self, task: Task) -> Task:
        """Write a task. Raises: LookupError: If it does not exist."""
        room_id = self._tables.task_rooms.get(task.id)
        if room_id is None:
            raise LookupError(f"no task {task.id!r}: add it with add_task() first")
        kept = task.model_copy(update={"room_id": room_id})
        self._tables.rooms[room_id].tasks[task.id] = private_copy(kept)
        return private_copy(kept)

    def add_observation(self, observation: Observation) -> Observation:
        """Insert an observation."""
        record = self._tables.record(observation.room_id)
        refuse_taken(self._tables.observation_rooms, [observation.id], "observation")
        self._tables.observation_rooms[observation.id] = observation.room_id
        record.observations[observation.id] = private_copy(observation)
        return private_copy(observation)

    def list_observations(self, room_id: str) -> list[Observation]:
        """Return a room's observations in creation order."""
        record = self._tables.rooms.get(room_id)
        seen = record.observations.values() if record else ()
        return private_copies(sorted(seen, key=lambda found: (found.created_at, found.id)))
