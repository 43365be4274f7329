"""The row of a message under its provider's id."""

from django.db import models
from django.db.models import Q

from rooms.domain import provider_message as values
from rooms.domain.enums import ChannelDirection
from rooms.models.columns import (
    ADDRESS_LENGTH,
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    optional_text,
    word_column,
)
from rooms.models.event import Event
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class ProviderMessage(models.Model):
    """What a provider calls one message, ours or the other side's, and how far it has come."""

    channel_id = models.CharField(max_length=ID_LENGTH)
    provider_message_id = models.CharField(max_length=FOREIGN_ID_LENGTH)
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="provider_messages",
        null=True,
        db_index=False,
    )
    # The event's own constraint vouches for the room.
    room = models.ForeignKey(
        Room,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    direction = word_column(ChannelDirection, ChannelDirection.OUTBOUND)
    address = models.CharField(max_length=ADDRESS_LENGTH, default="", blank=True)
    status = word_column(values.MessageStatus, values.MessageStatus.PENDING)
    status_at = models.DateTimeField(null=True, blank=True)
    error_code = optional_text()
    error_message = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    noted_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rk_provider_message", fields=["channel_id", "provider_message_id"]
            ),
        )
        indexes = (
            models.Index(name="rk_provider_message_event", fields=["event"]),
            models.Index(
                name="rk_provider_message_unread",
                fields=["channel_id", "address", "noted_at"],
                condition=Q(direction=ChannelDirection.OUTBOUND.value)
                & ~Q(status=values.MessageStatus.READ.value),
            ),
        )

    def __str__(self) -> str:
        return self.provider_message_id

    @classmethod
    def from_domain(cls, message: values.ProviderMessage) -> "ProviderMessage":
        """Build the row of a message value."""
        return cls(**message.model_dump())

    def to_domain(self) -> values.ProviderMessage:
        """Return this row as a value."""
        names = values.ProviderMessage.model_fields
        return values.ProviderMessage.model_validate({name: getattr(self, name) for name in names})
