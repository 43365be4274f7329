"""The row of what an event said before it was changed."""

from typing import ClassVar

from django.db import models

from rooms.models.columns import optional_text
from rooms.models.event import Event
from rooms.models.scoped import ScopedQuerySet


class EventRevisionQuerySet(ScopedQuerySet["EventRevision"]):
    """Revisions by the organization of their event's room."""

    organization_path: ClassVar[str] = "event__room__organization_id"


class EventRevision(models.Model):
    """A former content of an event, kept when an edit or a delete replaced it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="revisions")
    content = models.JSONField()
    changed_by = optional_text()
    changed_at = models.DateTimeField()

    objects = EventRevisionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.event_id} before {self.changed_at.isoformat()} ({self.pk})"
