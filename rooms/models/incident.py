"""The row of something that went wrong and lasted."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rooms.models.columns import ID_LENGTH, optional_text, organization_column
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class IncidentQuerySet(ScopedQuerySet["Incident"]):
    """Incidents by whether they are over."""

    organization_path: ClassVar[str] = "organization_id"

    def ongoing(self) -> "IncidentQuerySet":
        """Keep the incidents that have not ended."""
        return self.filter(ended_at__isnull=True)


class Incident(models.Model):
    """A trouble people should see while it lasts, such as a provider that does not answer."""

    organization_id = organization_column()
    kind = models.CharField(max_length=ID_LENGTH)
    channel_id = optional_text()
    provider = optional_text()
    room = models.ForeignKey(
        Room, on_delete=models.SET_NULL, related_name="incidents", null=True, blank=True
    )
    title = models.CharField(max_length=ID_LENGTH)
    detail = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="rk_incident_ends_after_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
            ),
        )
        indexes = (
            models.Index(name="rk_incident_list", fields=["organization_id", "started_at", "id"]),
            models.Index(
                name="rk_incident_ongoing",
                fields=["kind", "channel_id"],
                condition=Q(ended_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
