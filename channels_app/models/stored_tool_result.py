"""The row of a tool result that was too long for a model."""

from django.db import models

from rooms.models import Room
from rooms.models.columns import FOREIGN_ID_LENGTH
from rooms.models.scoped import ScopedQuerySet


class StoredToolResult(models.Model):
    """A text that agents of a room read page by page; the last one put has the highest number."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="tool_results", db_index=False
    )
    result_id = models.CharField(max_length=FOREIGN_ID_LENGTH)
    text = models.TextField()
    created_at = models.DateTimeField()

    objects = ScopedQuerySet["StoredToolResult"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_tool_result_id", fields=["room", "result_id"]),
        )

    def __str__(self) -> str:
        return f"{self.room_id} {self.result_id}"
