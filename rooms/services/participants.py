"""Writes of participants."""

from collections.abc import Sequence

from django.db import transaction

from rooms import models
from rooms.domain.errors import ParticipantNotFoundError
from rooms.domain.participant import Participant
from rooms.services.rooms import lock_room


@transaction.atomic
def add_participant(*, participant: Participant) -> models.Participant:
    """Insert or replace a participant.

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    lock_room(room_id=participant.room_id)
    return upsert_participants(participants=[participant])[0]


def upsert_participants(*, participants: Sequence[Participant]) -> list[models.Participant]:
    """Insert or replace participants of known rooms in one statement."""
    rows = [models.Participant.from_domain(participant) for participant in participants]
    if not rows:
        return []
    return models.Participant.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["room", "participant_id"],
        update_fields=list(models.Participant.own_columns(participants[0])),
    )


@transaction.atomic
def update_participant(*, participant: Participant) -> models.Participant:
    """Write a participant.

    Raises:
        ParticipantNotFoundError: If it does not exist.
    """
    rows = models.Participant.objects.filter(
        room_id=participant.room_id, participant_id=participant.id
    )
    if not rows.update(**models.Participant.own_columns(participant)):
        raise ParticipantNotFoundError(participant.room_id, participant.id)
    return rows.get()
