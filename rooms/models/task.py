"""The row of a task that a hook or a channel left behind."""

from django.db import models

from hooks import results as values
from rooms.models.columns import ID_LENGTH, Columns, optional_text, word_column
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class Task(models.Model):
    """Work that someone should do because of an event."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    type = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    title = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    description = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    status = word_column(values.TaskStatus, values.TaskStatus.PENDING)
    assigned_to = optional_text()
    created_by = optional_text()
    data = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    objects = ScopedQuerySet["Task"].as_manager()

    class Meta:
        indexes = (models.Index(name="rk_task_list", fields=["room", "created_at", "id"]),)

    def __str__(self) -> str:
        return self.id

    @staticmethod
    def own_columns(task: values.Task) -> Columns:
        """Return everything but the id and the room."""
        columns = task.model_dump(mode="json", exclude={"id", "room_id", "created_at"})
        return {**columns, "created_at": task.created_at}

    @classmethod
    def from_domain(cls, task: values.Task) -> "Task":
        """Build the row of a task value."""
        return cls(id=task.id, room_id=task.room_id, **cls.own_columns(task))

    def to_domain(self) -> values.Task:
        """Return this row as a value."""
        return values.Task(
            id=self.id,
            room_id=self.room_id,
            type=self.type,
            title=self.title,
            description=self.description,
            status=values.TaskStatus(self.status),
            assigned_to=self.assigned_to,
            created_by=self.created_by,
            data=self.data,
            metadata=self.metadata,
            created_at=self.created_at,
        )
