"""The row of a place in which no agent is asked."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from rooms.domain import ownership as values
from rooms.models.columns import ID_LENGTH, optional_text, organization_column
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class AIPauseQuerySet(ScopedQuerySet["AIPause"]):
    """Pauses by the place they are for."""

    organization_path: ClassVar[str] = "organization_id"

    def at(self, pause: values.AIPause) -> Self:
        """Keep the pause of exactly this place, if it is there."""
        return self.filter(
            organization_id=pause.organization_id or "",
            room_id=pause.room_id,
            channel_id=pause.channel_id or "",
        )

    def over(self, room_id: str, channel_id: str) -> Self:
        """Keep the pauses that an agent of a room is under."""
        organization = Room.objects.filter(pk=room_id).values("organization_id")
        return self.filter(
            Q(room_id__isnull=True) | Q(room_id=room_id),
            Q(organization_id="") | Q(organization_id__in=organization),
            channel_id__in=("", channel_id),
        )


class AIPause(models.Model):
    """No agent is asked here until the row is gone.

    No room is all rooms, no organization all of them, no channel all agents.
    """

    organization_id = organization_column()
    # The unique constraint below serves the look-ups by room.
    room = models.ForeignKey(
        Room,
        on_delete=models.CASCADE,
        related_name="ai_pauses",
        null=True,
        blank=True,
        db_index=False,
    )
    channel_id = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    paused_by = optional_text()
    created_at = models.DateTimeField()

    objects = AIPauseQuerySet.as_manager()

    class Meta:
        verbose_name = "AI pause"
        constraints = (
            models.UniqueConstraint(
                name="rk_ai_pause_once",
                fields=["organization_id", "channel_id"],
                condition=Q(room__isnull=True),
            ),
            models.UniqueConstraint(
                name="rk_ai_pause_room_once",
                fields=["room", "channel_id"],
                condition=Q(room__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.room_id or ''}/{self.channel_id}"

    @classmethod
    def from_domain(cls, pause: values.AIPause) -> "AIPause":
        """Build the row of a value."""
        return cls(
            organization_id=pause.organization_id or "",
            room_id=pause.room_id,
            channel_id=pause.channel_id or "",
            paused_by=pause.by,
            created_at=pause.created_at,
        )
