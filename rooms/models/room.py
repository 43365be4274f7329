"""The row of a conversation."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar, Self

from django.db import connection, models
from django.db.models import Q

from rooms.domain import room as values
from rooms.domain.enums import AgentActivation, AgentResponsePolicy, OwnerKind, RoomStatus
from rooms.models.columns import ID_LENGTH, Columns, optional_text, organization_column, word_column
from rooms.models.permissions import PERMISSIONS
from rooms.models.scoped import ScopedQuerySet

HAS_TIMERS = Q(inactive_after_seconds__isnull=False) | Q(closed_after_seconds__isnull=False)


class RoomQuerySet(ScopedQuerySet["Room"]):
    """Rooms by what most readers ask for."""

    organization_path: ClassVar[str] = "organization_id"

    def of_organization(self, organization_id: str | None) -> Self:
        """Keep the rooms of exactly this organization; None is a namespace of its own."""
        return self.filter(organization_id=organization_id or "")

    def in_statuses(self, statuses: Collection[str]) -> Self:
        """Keep the rooms in one of these statuses."""
        return self.filter(status__in=[str(status) for status in statuses])

    def locked(self) -> Self:
        """Lock the rows until the transaction ends, in the order all writers take them.

        A database without row locks locks as a whole.
        """
        return self.order_by("id").select_for_update(
            no_key=connection.features.has_select_for_no_key_update
        )

    def leasable(self, owner: str, now: datetime) -> Self:
        """Keep the rooms whose lease `owner` may take: a free one, one that has ended, its own."""
        return self.filter(
            Q(lease_owner__in=["", owner]) | Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        )

    def oldest_first(self) -> Self:
        """Sort by creation."""
        return self.order_by("created_at", "id")

    def newest_first(self) -> Self:
        """Sort by creation, backwards."""
        return self.order_by("-created_at", "-id")


class Room(models.Model):
    """One conversation.

    `next_index` is where the next event goes; only a commit raises it, together with
    `event_count`. The process that writes to the room may hold its lease; `lease_token` grows with
    each taking of it. No index may name a column that every commit writes, so that PostgreSQL
    updates the row in place. Nor may one hold the id: a plan that PostgreSQL made while the table
    was small would search the id in there.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    organization_id = organization_column()
    status = word_column(RoomStatus, RoomStatus.ACTIVE)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    inactive_after_seconds = models.IntegerField(null=True, blank=True)
    closed_after_seconds = models.IntegerField(null=True, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    event_count = models.BigIntegerField(default=0)
    next_index = models.BigIntegerField(default=0)
    history_version = models.BigIntegerField(default=0)
    agent_activation = word_column(AgentActivation, AgentActivation.ALWAYS)
    agent_response_policy = word_column(AgentResponsePolicy, AgentResponsePolicy.AGENT_CHAIN)
    owner_kind = word_column(OwnerKind, OwnerKind.AI)
    owner_id = optional_text()
    owner_epoch = models.IntegerField(default=0)
    # With defaults in the database for processes that do not know these columns.
    lease_owner = models.CharField(max_length=ID_LENGTH, default="", db_default="", blank=True)
    lease_token = models.BigIntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        permissions = PERMISSIONS
        constraints = (
            models.CheckConstraint(
                name="rk_room_counters_not_negative",
                condition=Q(event_count__gte=0, next_index__gte=0),
            ),
        )
        indexes = (
            models.Index(name="rk_room_list", fields=["organization_id", "status", "created_at"]),
            models.Index(name="rk_room_created", fields=["created_at"]),
            models.Index(name="rk_room_timers", fields=["status"], condition=HAS_TIMERS),
        )

    def __str__(self) -> str:
        return self.id

    @staticmethod
    def own_columns(room: values.Room) -> Columns:
        """Return what a room says about itself: not its id, creation, counters and versions."""
        return {
            "organization_id": room.organization_id or "",
            "status": room.status.value,
            "updated_at": room.updated_at,
            "paused_at": room.paused_at,
            "closed_at": room.closed_at,
            "inactive_after_seconds": room.timers.inactive_after_seconds,
            "closed_after_seconds": room.timers.closed_after_seconds,
            "last_activity_at": room.timers.last_activity_at,
            "metadata": room.model_dump(mode="json", include={"metadata"})["metadata"],
            "agent_activation": room.agent_activation.value,
            "agent_response_policy": room.agent_response_policy.value,
            "owner_kind": room.owner_kind.value,
            "owner_id": room.owner_id,
            "owner_epoch": room.owner_epoch,
        }

    @classmethod
    def from_domain(cls, room: values.Room) -> "Room":
        """Build the row of a room value."""
        return cls(
            id=room.id,
            created_at=room.created_at,
            event_count=room.event_count,
            next_index=room.latest_index + 1,
            history_version=room.history_version,
            **cls.own_columns(room),
        )

    def to_domain(self) -> values.Room:
        """Return this row as a value."""
        return values.Room(
            id=self.id,
            organization_id=self.organization_id or None,
            status=RoomStatus(self.status),
            created_at=self.created_at,
            updated_at=self.updated_at,
            paused_at=self.paused_at,
            closed_at=self.closed_at,
            timers=values.RoomTimers(
                inactive_after_seconds=self.inactive_after_seconds,
                closed_after_seconds=self.closed_after_seconds,
                last_activity_at=self.last_activity_at,
            ),
            metadata=self.metadata,
            event_count=self.event_count,
            latest_index=self.next_index - 1,
            history_version=self.history_version,
            agent_activation=AgentActivation(self.agent_activation),
            agent_response_policy=AgentResponsePolicy(self.agent_response_policy),
            owner_kind=OwnerKind(self.owner_kind),
            owner_id=self.owner_id,
            owner_epoch=self.owner_epoch,
        )
