"""The row of a message that is to be said later."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from rooms.domain import scheduled as values
from rooms.models.columns import KEY_LENGTH, optional_text, word_column
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet

WAITING = values.ScheduledState.SCHEDULED.value


class ScheduledSendQuerySet(ScopedQuerySet["ScheduledSend"]):
    """Scheduled sends by what has become of them."""

    def waiting(self) -> Self:
        """Keep those whose moment has not come, or that nobody has said yet."""
        return self.filter(state=WAITING)

    def free(self, now: datetime) -> Self:
        """Keep those that nobody is about to say."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))


class ScheduledSend(models.Model):
    """Something that will be said in a room at a moment.

    Whoever is about to say it holds it until `lease_until`.
    """

    id = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="scheduled_sends", db_index=False
    )
    channel_id = optional_text()
    content = models.JSONField()
    at = models.DateTimeField()
    participant_id = optional_text()
    metadata = models.JSONField(default=dict, blank=True)
    visibility = models.TextField(default="all")
    state = word_column(values.ScheduledState, values.ScheduledState.SCHEDULED)
    # A text, so that the record outlives an event that is deleted.
    event_id = optional_text(KEY_LENGTH)
    error = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    created_by = optional_text()
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScheduledSendQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(name="rk_scheduled_due", fields=["at"], condition=Q(state=WAITING)),
            models.Index(name="rk_scheduled_room", fields=["room", "at"]),
        )

    def __str__(self) -> str:
        return self.id

    @classmethod
    def from_domain(cls, scheduled: values.ScheduledSend) -> "ScheduledSend":
        """Build the row of a value."""
        columns = scheduled.model_dump(mode="json", exclude={"at", "created_at"})
        return cls(**columns, at=scheduled.at, created_at=scheduled.created_at)

    def to_domain(self) -> values.ScheduledSend:
        """Return this row as a value."""
        names = values.ScheduledSend.model_fields
        return values.ScheduledSend.model_validate({name: getattr(self, name) for name in names})
