"""The pages of what hooks and agents leave behind: tasks to do, observations to read."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hooks import results as values
from rooms import models
from rooms.admin.base import RecordAdmin, ScopedAdmin, signed_in
from rooms.services.side_effects import add_task, update_task


@admin.register(models.Task)
class TaskAdmin(ScopedAdmin[models.Task]):
    """Find work that is to be done, add some, and tell when it is."""

    list_display = (
        "title_or_type",
        "room_link",
        "status",
        "assigned_to",
        "created_by",
        "created_at",
    )
    list_filter = ("status",)
    search_fields = ("id", "room__id", "type", "title", "assigned_to", "created_by")
    search_help_text = _("Room, title, type or person")
    ordering = ("-created_at", "-id")
    autocomplete_fields = ("room",)
    fieldsets = (
        (None, {"fields": ("room", "title", "type", "description", "status", "assigned_to")}),
        (
            _("Details"),
            {"classes": ("collapse",), "fields": ("created_by", "created_at", "data", "metadata")},
        ),
    )

    @admin.display(description=_("task"), ordering="title")
    def title_or_type(self, task: models.Task) -> str:
        """Return what the task is called."""
        return task.title or task.type or task.pk

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Task | None = None
    ) -> tuple[str, ...]:
        """Keep where a task comes from."""
        fixed = ("created_by", "created_at", "data", "metadata")
        return fixed if obj is None else (*fixed, "room")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[object, object], request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[models.Room] | None":
        """Take only rooms that are open to the user."""
        if db_field.name == "room":
            kwargs["queryset"] = models.Room.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: models.Task, form: "ModelForm[models.Task]", change: bool
    ) -> None:
        """Store the task as hooks do."""
        if change:
            update_task(task=obj.to_domain())
            return
        task = values.Task(
            room_id=obj.room_id,
            type=obj.type,
            title=obj.title,
            description=obj.description,
            status=values.TaskStatus(obj.status),
            assigned_to=obj.assigned_to,
            created_by=signed_in(request).get_username(),
        )
        obj.pk = add_task(task=task).pk


@admin.register(models.Observation)
class ObservationAdmin(RecordAdmin[models.Observation]):
    """Read what hooks and agents noticed."""

    list_display = ("id", "room_link", "type", "category", "confidence", "content", "created_at")
    search_fields = ("id", "room__id", "type", "category", "content")
    search_help_text = _("Room, type, category or content")
    ordering = ("-created_at", "-id")
