"""The row that keeps a detached channel from attaching itself again."""

from django.db import models

from rooms.models.columns import ID_LENGTH
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class DetachTombstone(models.Model):
    """A channel that was taken out of a room; only an explicit attach removes this row."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="tombstones", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    detached_at = models.DateTimeField()

    objects = ScopedQuerySet["DetachTombstone"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_tombstone_once", fields=["room", "channel_id"]),
        )

    def __str__(self) -> str:
        return f"{self.room_id}/{self.channel_id}"
