"""The row of a skill that an agent put in force in a room."""

from django.db import models

from rooms.models import Room
from rooms.models.columns import ID_LENGTH
from rooms.models.scoped import ScopedQuerySet


class SkillActivation(models.Model):
    """A skill in force; the one activated last has the highest number."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="skill_activations", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    name = models.CharField(max_length=ID_LENGTH)
    activated_at = models.DateTimeField()

    objects = ScopedQuerySet["SkillActivation"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rk_skill_activation", fields=["room", "channel_id", "name"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.channel_id} in {self.room_id}"
