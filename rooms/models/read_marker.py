"""The row of how far a channel has read."""

from django.db import models

from rooms.models.columns import ID_LENGTH
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class ReadMarker(models.Model):
    """The highest index one channel of a room has read; it never sinks.

    The channel need not be attached: a detached one keeps its marker.
    """

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="read_markers", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    index = models.BigIntegerField()
    updated_at = models.DateTimeField()

    objects = ScopedQuerySet["ReadMarker"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_read_marker_once", fields=["room", "channel_id"]),
        )

    def __str__(self) -> str:
        return f"{self.room_id}/{self.channel_id}"
