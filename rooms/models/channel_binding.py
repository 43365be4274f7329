"""The row of a channel in a room."""

from django.db import models

from rooms.domain import binding as values
from rooms.domain.enums import Access, ChannelCategory, ChannelDirection, DeliveryPolicy
from rooms.models.columns import ID_LENGTH, Columns, optional_text, word_column
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class ChannelBinding(models.Model):
    """One channel attached to one room, with its rights and its capability snapshot."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="bindings", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    # Custom types round-trip, so the vocabulary is open.
    channel_type = models.CharField(max_length=ID_LENGTH)
    category = word_column(ChannelCategory, ChannelCategory.TRANSPORT)
    direction = word_column(ChannelDirection, ChannelDirection.BIDIRECTIONAL)
    access = word_column(Access, Access.READ_WRITE)
    muted = models.BooleanField(default=False)
    output_muted = models.BooleanField(default=False)
    visibility = models.TextField(default="all")
    participant_id = optional_text()
    last_read_index = models.BigIntegerField(null=True, blank=True)
    attached_at = models.DateTimeField()
    capabilities = models.JSONField(default=dict, blank=True)
    rate_limit = models.JSONField(null=True, blank=True)
    retry_policy = models.JSONField(null=True, blank=True)
    delivery_policy = word_column(DeliveryPolicy, DeliveryPolicy.AT_MOST_ONCE, in_database=True)
    fallback = models.JSONField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects = ScopedQuerySet["ChannelBinding"].as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_binding_once", fields=["room", "channel_id"]),
        )
        indexes = (models.Index(name="rk_binding_channel", fields=["channel_id", "room"]),)

    def __str__(self) -> str:
        return f"{self.room_id}/{self.channel_id}"

    @staticmethod
    def own_columns(binding: values.ChannelBinding) -> Columns:
        """Return everything but the two ids that name a binding."""
        columns = binding.model_dump(mode="json", exclude={"room_id", "channel_id", "attached_at"})
        return {**columns, "attached_at": binding.attached_at}

    @classmethod
    def from_domain(cls, binding: values.ChannelBinding) -> "ChannelBinding":
        """Build the row of a binding value."""
        return cls(
            room_id=binding.room_id, channel_id=binding.channel_id, **cls.own_columns(binding)
        )

    def to_domain(self) -> values.ChannelBinding:
        """Return this row as a value."""
        return values.ChannelBinding.model_validate(
            {
                "room_id": self.room_id,
                "channel_id": self.channel_id,
                "channel_type": self.channel_type,
                "category": self.category,
                "direction": self.direction,
                "access": self.access,
                "muted": self.muted,
                "output_muted": self.output_muted,
                "visibility": self.visibility,
                "participant_id": self.participant_id,
                "last_read_index": self.last_read_index,
                "attached_at": self.attached_at,
                "capabilities": self.capabilities,
                "rate_limit": self.rate_limit,
                "retry_policy": self.retry_policy,
                "delivery_policy": self.delivery_policy,
                "fallback": self.fallback,
                "metadata": self.metadata,
            }
        )
