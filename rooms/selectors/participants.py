"""Reads of participants."""

from rooms import models


def get_participant(*, room_id: str, participant_id: str) -> models.Participant | None:
    """Return a participant or None."""
    people = models.Participant.objects.filter(room_id=room_id, participant_id=participant_id)
    return people.first()


def list_participants(*, room_id: str) -> list[models.Participant]:
    """Return a room's participants in joining order."""
    people = models.Participant.objects.filter(room_id=room_id)
    return list(people.order_by("joined_at", "participant_id"))
