"""The row of a task that an agent does in a room of its own."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hooks.results import TaskStatus
from rooms.delegated import records as values
from rooms.domain.content import copy_storable, make_storable
from rooms.models import Room
from rooms.models.columns import ID_LENGTH, optional_text, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet

OPEN = [status.value for status in sorted(values.OPEN_STATUSES)]


class DelegatedTaskQuerySet(ScopedQuerySet["DelegatedTask"]):
    """Tasks by what is still to be done about them."""

    organization_path: ClassVar[str] = "organization_id"

    def open(self) -> Self:
        """Keep those that have not ended."""
        return self.filter(status__in=OPEN)

    def due(self, now: datetime) -> Self:
        """Keep those that somebody should look after now."""
        return self.filter(told_at__isnull=True, look_at__lte=now)


class DelegatedTask(models.Model):
    """A task; it goes with the room that it was delegated from.

    `look_at` is when a worker looks after it next, `told_at` when everybody was told of its end.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    parent_room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="delegated_tasks", db_index=False
    )
    child_room_id = models.CharField(max_length=ID_LENGTH)
    agent_id = models.CharField(max_length=ID_LENGTH)
    organization_id = organization_column()
    task = models.TextField()
    context = models.JSONField(default=dict, blank=True)
    notify = optional_text()
    delivery = models.JSONField(default=dict, blank=True)
    status = word_column(TaskStatus, TaskStatus.PENDING)
    output = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    error = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = DelegatedTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegated task")
        verbose_name_plural = _("delegated tasks")
        constraints = (models.UniqueConstraint(name="rk_task_child", fields=["child_room_id"]),)
        indexes = (
            models.Index(name="rk_task_of_room", fields=["parent_room", "created_at"]),
            models.Index(name="rk_task_due", fields=["look_at"], condition=Q(told_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.agent_id} {self.id}"

    @classmethod
    def from_domain(cls, record: values.TaskRecord) -> "DelegatedTask":
        """Build the row of a task value."""
        return cls(
            id=record.id,
            parent_room_id=record.parent_room_id,
            child_room_id=record.child_room_id,
            agent_id=record.agent_id,
            organization_id=record.organization_id or "",
            task=make_storable(record.task),
            context=copy_storable(record.context),
            notify=record.notify,
            delivery=copy_storable(record.delivery),
            status=record.status.value,
            output=make_storable(record.output),
            error=make_storable(record.error),
            created_at=record.created_at,
            expires_at=record.expires_at,
            look_at=record.look_at,
            ended_at=record.ended_at,
            told_at=record.told_at,
        )

    def to_domain(self) -> values.TaskRecord:
        """Return this row as a value."""
        return values.TaskRecord(
            id=self.id,
            parent_room_id=self.parent_room_id,
            child_room_id=self.child_room_id,
            agent_id=self.agent_id,
            organization_id=self.organization_id or None,
            task=self.task,
            context=self.context,
            notify=self.notify,
            delivery=self.delivery,
            status=TaskStatus(self.status),
            output=self.output,
            error=self.error,
            created_at=self.created_at,
            expires_at=self.expires_at,
            look_at=self.look_at,
            ended_at=self.ended_at,
            told_at=self.told_at,
        )
