"""The row of a timeline."""

from django.db import models
from django.db.models import Q

from rooms.domain import event as values
from rooms.domain.enums import ChannelDirection, EventStatus, EventType
from rooms.models.columns import (
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    KEY_LENGTH,
    Columns,
    optional_text,
    word_column,
)
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet

INTERNAL = "internal"
FOR_AGENTS = "intelligence"


class EventQuerySet(ScopedQuerySet["Event"]):
    """Events by what the store's reads ask for."""

    def messages(self) -> "EventQuerySet":
        """Keep what people and agents said."""
        return self.filter(type=EventType.MESSAGE.value)

    def without_internal(self) -> "EventQuerySet":
        """Leave out what only the house may see."""
        return self.exclude(visibility=INTERNAL)

    def for_people(self) -> "EventQuerySet":
        """Leave out what no person has to read: the house's own notes, what is said to agents."""
        return self.exclude(visibility__in=(INTERNAL, FOR_AGENTS))

    def with_key(self, key: str) -> "EventQuerySet":
        """Keep the events that were stored under this idempotency key."""
        return self.filter(idempotency_key=key)


class Event(models.Model):
    """One event at its place; (room, index) is the authority on the order.

    The source is spread over columns so that lists can filter by it. `addressed_to` tells SQL NULL
    (nobody named) from `[]` (nobody is asked). `processed_at` is when the first attempts of all its
    deliveries were over.
    """

    id = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    # The unique constraint below serves the look-ups by room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="events", db_index=False)
    index = models.BigIntegerField()
    type = word_column(EventType, EventType.MESSAGE)
    status = word_column(EventStatus, EventStatus.PENDING)
    blocked_by = optional_text()
    visibility = models.TextField(default="all")
    response_visibility = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    addressed_to = models.JSONField(null=True, blank=True)
    chain_depth = models.IntegerField(default=0)
    parent_event_id = optional_text(KEY_LENGTH)
    thread_root_id = optional_text(KEY_LENGTH)
    correlation_id = optional_text()
    idempotency_key = optional_text(FOREIGN_ID_LENGTH)
    source_channel_id = models.CharField(max_length=ID_LENGTH)
    source_channel_type = models.CharField(max_length=ID_LENGTH)
    source_direction = word_column(ChannelDirection, ChannelDirection.INBOUND)
    source_participant_id = optional_text()
    source_external_id = optional_text(FOREIGN_ID_LENGTH)
    source_provider = optional_text()
    source_provider_message_id = optional_text(FOREIGN_ID_LENGTH)
    raw_payload = models.JSONField(default=dict, blank=True)
    content = models.JSONField()
    metadata = models.JSONField(default=dict, blank=True)
    channel_data = models.JSONField(default=dict, blank=True)
    delivery_results = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_event_place", fields=["room", "index"]),
            models.UniqueConstraint(
                name="rk_event_key",
                fields=["room", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
            ),
            models.CheckConstraint(name="rk_event_index_not_negative", condition=Q(index__gte=0)),
        )
        indexes = (
            models.Index(name="rk_event_type", fields=["room", "type", "index"]),
            models.Index(
                name="rk_event_source_key",
                fields=["source_channel_id", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
            ),
            models.Index(
                name="rk_event_thread",
                fields=["room", "thread_root_id"],
                condition=Q(thread_root_id__isnull=False),
            ),
            models.Index(
                name="rk_event_parent",
                fields=["room", "parent_event_id"],
                condition=Q(parent_event_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.room_id}#{self.index}"

    @staticmethod
    def changeable_columns(event: values.RoomEvent) -> Columns:
        """Return what a stored event may be given anew: source, content, metadata, results."""
        dumped = event.model_dump(
            mode="json",
            include={"source", "content", "metadata", "delivery_results"},
        )
        source: Columns = dumped.pop("source")
        dumped["raw_payload"] = source.pop("raw_payload")
        return {**dumped, **{f"source_{name}": value for name, value in source.items()}}

    @classmethod
    def from_domain(cls, event: values.RoomEvent) -> "Event":
        """Build the row of an event value."""
        return cls(
            id=event.id,
            room_id=event.room_id,
            index=event.index,
            type=event.type.value,
            status=event.status.value,
            blocked_by=event.blocked_by,
            visibility=event.visibility,
            response_visibility=event.response_visibility,
            addressed_to=event.addressed_to,
            chain_depth=event.chain_depth,
            parent_event_id=event.parent_event_id,
            thread_root_id=event.thread_root_id,
            correlation_id=event.correlation_id,
            idempotency_key=event.idempotency_key,
            channel_data=event.channel_data.model_dump(mode="json"),
            created_at=event.created_at,
            **cls.changeable_columns(event),
        )

    def to_domain(self) -> values.RoomEvent:
        """Return this row as a value."""
        return values.RoomEvent.model_validate(
            {
                "id": self.id,
                "room_id": self.room_id,
                "type": self.type,
                "source": self._source(),
                "content": self.content,
                "status": self.status,
                "blocked_by": self.blocked_by,
                "visibility": self.visibility,
                "response_visibility": self.response_visibility,
                "addressed_to": self.addressed_to,
                "index": self.index,
                "chain_depth": self.chain_depth,
                "parent_event_id": self.parent_event_id,
                "thread_root_id": self.thread_root_id,
                "correlation_id": self.correlation_id,
                "idempotency_key": self.idempotency_key,
                "created_at": self.created_at,
                "metadata": self.metadata,
                "channel_data": self.channel_data,
                "delivery_results": self.delivery_results,
            }
        )

    def _source(self) -> Columns:
        return {
            "channel_id": self.source_channel_id,
            "channel_type": self.source_channel_type,
            "direction": self.source_direction,
            "participant_id": self.source_participant_id,
            "external_id": self.source_external_id,
            "provider": self.source_provider,
            "raw_payload": self.raw_payload,
            "provider_message_id": self.source_provider_message_id,
        }
