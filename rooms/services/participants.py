"""Writes of participants."""

from collections.abc import Mapping, Sequence

from django.db import connection, transaction

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
    rows = [models.Participant.from_domain(each) for each in _as_survivors(participants)]
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
    [written] = _as_survivors([participant])
    if not rows.update(**models.Participant.own_columns(written)):
        raise ParticipantNotFoundError(participant.room_id, participant.id)
    return rows.get()


def _as_survivors(participants: Sequence[Participant]) -> list[Participant]:
    """Return participants as the identities that go on for theirs.

    Somebody may have been looked up before a merge that has ended since. One that is under way is
    waited for, and one that begins now waits for this transaction and moves what it has written.
    """
    merged: dict[str, models.Identity] = {}
    wanted = {each.identity_id for each in participants if each.identity_id}
    while wanted:
        locked = models.Identity.objects.filter(pk__in=wanted).order_by("pk")
        locked = locked.select_for_update(no_key=connection.features.has_select_for_no_key_update)
        found = {row.pk: row for row in locked if row.merged_into_id}
        merged |= found
        wanted = {row.merged_into_id or "" for row in found.values()} - merged.keys()
    if not merged:
        return list(participants)
    rooms = models.Room.objects.filter(pk__in={each.room_id for each in participants})
    organizations = dict(rooms.values_list("pk", "organization_id"))
    return [_follow(each, merged, organizations.get(each.room_id, "")) for each in participants]


def _follow(
    participant: Participant, merged: Mapping[str, models.Identity], organization_id: str
) -> Participant:
    """Follow merges at the room's organization: resolvers of others may use the same ids."""
    living = participant.identity_id or ""
    while living in merged and merged[living].organization_id in ("", organization_id):
        living = merged[living].merged_into_id or ""
    return participant.model_copy(update={"identity_id": living or None})
