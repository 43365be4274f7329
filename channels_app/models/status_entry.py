"""The row of what an agent has said of its work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.ai import statuses as values
from rooms.domain.content import copy_storable, make_storable
from rooms.models import Room
from rooms.models.columns import ID_LENGTH
from rooms.models.scoped import ScopedQuerySet


class StatusEntry(models.Model):
    """One status of an agent in a room; they are in the order of their numbers."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="statuses", db_index=False
    )
    agent_id = models.CharField(max_length=ID_LENGTH)
    status = models.TextField()
    metadata = models.JSONField(default=dict, blank=True)
    posted_at = models.DateTimeField()

    objects = ScopedQuerySet["StatusEntry"].as_manager()

    class Meta:
        verbose_name = _("agent status")
        verbose_name_plural = _("agent statuses")
        indexes = (
            models.Index(name="rk_status_of_room", fields=["room", "id"]),
            models.Index(name="rk_status_of_agent", fields=["room", "agent_id", "id"]),
        )

    def __str__(self) -> str:
        return f"{self.room_id} {self.agent_id} {self.pk}"

    @classmethod
    def from_domain(cls, entry: values.StatusEntry) -> "StatusEntry":
        """Build the row of a status value."""
        return cls(
            room_id=entry.room_id,
            agent_id=entry.agent_id,
            status=make_storable(entry.status),
            metadata=copy_storable(entry.metadata),
            posted_at=entry.posted_at,
        )

    def to_domain(self) -> values.StatusEntry:
        """Return this row as a value."""
        return values.StatusEntry(
            room_id=self.room_id,
            agent_id=self.agent_id,
            status=self.status,
            metadata=self.metadata,
            posted_at=self.posted_at,
        )
