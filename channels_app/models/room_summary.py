"""The row of what an agent remembers of the beginning of a room."""

from django.db import models

from channels_app.ai import records as values
from rooms.domain.content import make_storable
from rooms.models import Room
from rooms.models.columns import ID_LENGTH, Columns
from rooms.models.scoped import ScopedQuerySet


class RoomSummary(models.Model):
    """One agent's summary of a room up to one of its events."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="agent_summaries", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    upto_index = models.BigIntegerField()
    text = models.TextField()
    model = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    tokens = models.IntegerField(default=0)
    updated_at = models.DateTimeField()

    objects = ScopedQuerySet["RoomSummary"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_summary_of_agent", fields=["room", "channel_id"]),
        )

    def __str__(self) -> str:
        return f"{self.room_id} by {self.channel_id}"

    @staticmethod
    def own_columns(summary: values.RoomSummary) -> Columns:
        """Return everything but whose summary it is."""
        return {
            "upto_index": summary.upto_index,
            "text": make_storable(summary.text),
            "model": summary.model,
            "tokens": summary.tokens,
            "updated_at": summary.updated_at,
        }

    @classmethod
    def from_domain(cls, summary: values.RoomSummary) -> "RoomSummary":
        """Build the row of a summary value."""
        return cls(
            room_id=summary.room_id, channel_id=summary.channel_id, **cls.own_columns(summary)
        )

    def to_domain(self) -> values.RoomSummary:
        """Return this row as a value."""
        return values.RoomSummary(
            room_id=self.room_id,
            channel_id=self.channel_id,
            upto_index=self.upto_index,
            text=self.text,
            model=self.model,
            tokens=self.tokens,
            updated_at=self.updated_at,
        )
