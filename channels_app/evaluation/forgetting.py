"""What was copied from a room goes with it: a case keeps what people said there."""

from typing import Any

from django.db.models.signals import post_delete

from channels_app.models import EvalCase
from rooms.models import Room

NAME = "roomkit.evaluation.forgetting"


def follow_rooms() -> None:
    """Have the cases of each room that is deleted deleted, with what agents answered in them."""
    post_delete.connect(_forget, sender=Room, dispatch_uid=NAME)


def _forget(instance: Room, **_said: Any) -> None:
    EvalCase.objects.filter(source_room_id=instance.pk).delete()
