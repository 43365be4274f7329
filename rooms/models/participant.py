"""The row of a person in a room."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from rooms.domain import participant as values
from rooms.domain.enums import IdentificationStatus, ParticipantRole, ParticipantStatus
from rooms.domain.home import BY_MESSAGE
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, Columns, optional_text, word_column
from rooms.models.room import Room
from rooms.models.room_address import RoomAddress
from rooms.models.scoped import ScopedQuerySet


class ParticipantQuerySet(ScopedQuerySet["Participant"]):
    """People in rooms."""

    def at_home(self) -> Self:
        """Keep those whose own the room is, see `rooms.domain.home.is_at_home`."""
        here = RoomAddress.objects.filter(room_id=OuterRef("room_id"))
        has_written = Exists(here.filter(participant_id=OuterRef("participant_id")))
        others_have = Exists(here.filter(channel_id=OuterRef("channel_id")))
        by_the_host = ~Q(resolved_by__in=BY_MESSAGE) | Q(resolved_by=None)
        return self.filter(has_written | (by_the_host & ~others_have))


class Participant(models.Model):
    """One person in one room; `participant_id` is the value's `id`, unique in its room."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    participant_id = models.CharField(max_length=ID_LENGTH)
    channel_id = models.CharField(max_length=ID_LENGTH)
    display_name = optional_text()
    role = word_column(ParticipantRole, ParticipantRole.MEMBER)
    status = word_column(ParticipantStatus, ParticipantStatus.ACTIVE)
    identification = word_column(IdentificationStatus, IdentificationStatus.PENDING)
    # Not a foreign key: a resolver may know people who have no row of ours.
    identity_id = optional_text()
    candidates = models.JSONField(null=True, blank=True)
    connected_via = models.JSONField(default=list, blank=True)
    external_id = optional_text(FOREIGN_ID_LENGTH)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = optional_text()
    joined_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_participant_once", fields=["room", "participant_id"]),
        )
        indexes = (
            models.Index(name="rk_participant_id", fields=["participant_id", "room"]),
            models.Index(
                name="rk_participant_identity",
                fields=["identity_id", "room"],
                condition=models.Q(identity_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.room_id}/{self.participant_id}"

    @staticmethod
    def own_columns(participant: values.Participant) -> Columns:
        """Return everything but the two ids that name a participant."""
        moments = {"joined_at", "resolved_at"}
        columns = participant.model_dump(mode="json", exclude={"id", "room_id", *moments})
        return {**columns, **participant.model_dump(include=moments)}

    @classmethod
    def from_domain(cls, participant: values.Participant) -> "Participant":
        """Build the row of a participant value."""
        return cls(
            room_id=participant.room_id,
            participant_id=participant.id,
            **cls.own_columns(participant),
        )

    def to_domain(self) -> values.Participant:
        """Return this row as a value."""
        return values.Participant(
            id=self.participant_id,
            room_id=self.room_id,
            channel_id=self.channel_id,
            display_name=self.display_name,
            role=ParticipantRole(self.role),
            status=ParticipantStatus(self.status),
            identification=IdentificationStatus(self.identification),
            identity_id=self.identity_id,
            candidates=self.candidates,
            connected_via=self.connected_via,
            external_id=self.external_id,
            resolved_at=self.resolved_at,
            resolved_by=self.resolved_by,
            joined_at=self.joined_at,
            metadata=self.metadata,
        )
