"""The row of an observation that a hook or a channel left behind."""

from django.db import models

from hooks import results as values
from rooms.models.columns import ID_LENGTH, optional_text
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class Observation(models.Model):
    """Something noticed about a conversation; `confidence` lies between 0 and 1."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="observations", db_index=False
    )
    type = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    channel_id = optional_text()
    source_channel_id = optional_text()
    content = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    category = optional_text()
    confidence = models.FloatField(default=1.0)
    data = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    objects = ScopedQuerySet["Observation"].as_manager()

    class Meta:
        indexes = (models.Index(name="rk_observation_list", fields=["room", "created_at", "id"]),)

    def __str__(self) -> str:
        return self.id

    @classmethod
    def from_domain(cls, observation: values.Observation) -> "Observation":
        """Build the row of an observation value."""
        columns = observation.model_dump(mode="json", exclude={"created_at"})
        return cls(**columns, created_at=observation.created_at)

    def to_domain(self) -> values.Observation:
        """Return this row as a value."""
        return values.Observation(
            id=self.id,
            room_id=self.room_id,
            type=self.type,
            channel_id=self.channel_id,
            source_channel_id=self.source_channel_id,
            content=self.content,
            category=self.category,
            confidence=self.confidence,
            data=self.data,
            metadata=self.metadata,
            created_at=self.created_at,
        )
