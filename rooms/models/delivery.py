"""The row of durable work: the outbox."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from rooms.domain import job as values
from rooms.domain.content import copy_storable
from rooms.domain.enums import LaneScope
from rooms.domain.json import JsonObject
from rooms.models.columns import (
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    KEY_LENGTH,
    optional_text,
    word_column,
)
from rooms.models.event import Event
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet

# In the order of the vocabulary, so that the condition of the indexes is spelt alike each time.
OPEN_STATES = [state.value for state in values.DeliveryState if state in values.OPEN_STATES]
FINAL_STATES = [state.value for state in values.DeliveryState if state not in values.OPEN_STATES]


LANE_COLUMNS = {
    LaneScope.BINDING: ("room_id", "channel_id"),
    LaneScope.ROOM: ("room_id",),
}


def lease_is_free(now: datetime) -> Q:
    """Return the condition that nobody holds a job at `now`."""
    return Q(lease_until__isnull=True) | Q(lease_until__lte=now)


def _is_anothers(owner: str, now: datetime) -> Q:
    """Return the condition that a living owner other than this one holds a job at `now`."""
    return Q(lease_until__gt=now) & ~Q(lease_owner=owner)


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    """Jobs by state, lease and lane.

    A lane is the open jobs of one (room, channel) or, with the lane scope ROOM, of one room.
    """

    def open(self) -> Self:
        """Keep the jobs that still need work."""
        return self.filter(state__in=OPEN_STATES)

    def failed(self) -> Self:
        """Keep the jobs that were given up."""
        return self.filter(state=values.DeliveryState.FAILED.value)

    def unknown(self) -> Self:
        """Keep the jobs of which nobody knows how they ended."""
        return self.filter(state=values.DeliveryState.UNKNOWN.value)

    def repeatable(self) -> Self:
        """Keep the jobs that a person may try again: failed ones and those of unknown end."""
        ended = (values.DeliveryState.FAILED.value, values.DeliveryState.UNKNOWN.value)
        return self.filter(state__in=ended)

    def unanswered(self) -> Self:
        """Keep the questions to agents whose answer is still to come."""
        parked = values.DeliveryState.PARKED.value
        return self.filter(kind=values.DeliveryKind.REACT.value, state__in=[*OPEN_STATES, parked])

    def takeable(self, now: datetime) -> Self:
        """Keep the open jobs that are due and held by nobody."""
        return self.open().filter(lease_is_free(now), due_at__lte=now)

    def of_lanes(self, lanes: Iterable[tuple[str, str]], scope: LaneScope) -> Self:
        """Keep the jobs of these lanes, given as (room id, channel id)."""
        if scope is LaneScope.ROOM:
            return self.filter(room_id__in={room_id for room_id, _ in lanes})
        named = [Q(room_id=room_id, channel_id=channel_id) for room_id, channel_id in lanes]
        return self.filter(reduce(or_, named, Q(pk__in=[])))

    def unobstructed(self, owner: str, *, now: datetime, scope: LaneScope) -> Self:
        """Drop the jobs behind an open one of their lane that must come first.

        That is one not yet due, or one another living owner holds.
        """
        obstacle = Q(due_at__gt=now) | _is_anothers(owner, now)
        return self.exclude(Exists(_ahead(scope).filter(obstacle)))

    def one_turn_at_a_time(self, owner: str, *, now: datetime) -> Self:
        """Drop questions to agents that another living owner has asked a later one of the room."""
        asked = {"kind": values.DeliveryKind.REACT.value}
        later = Delivery.objects.open().filter(
            _is_anothers(owner, now),
            event_index__gt=OuterRef("event_index"),
            **_same_lane(LaneScope.BINDING),
            **asked,
        )
        return self.exclude(Exists(later), **asked)

    def not_behind_others(
        self, taken: list[str], owner: str, *, now: datetime, scope: LaneScope
    ) -> Self:
        """Drop the jobs behind an open one of their lane neither `taken` nor the owner's."""
        held = Q(pk__in=taken) | Q(lease_owner=owner, lease_until__gt=now, due_at__lte=now)
        return self.exclude(Exists(_ahead(scope).exclude(held)))

    def to_follow_up(self, now: datetime) -> Self:
        """Keep the ended jobs of which somebody has to look by `now` how far they came."""
        return self.filter(follow_up_at__lte=now, state__in=FINAL_STATES)

    def lanes_longest_due_first(self, scope: LaneScope) -> Self:
        """Sort lane by lane, the lane whose head is due longest first, each in index order."""
        head = Delivery.objects.open().filter(**_same_lane(scope)).order_by("event_index", "id")
        return self.annotate(lane_due_at=Subquery(head.values("due_at")[:1])).order_by(
            "lane_due_at", *LANE_COLUMNS[scope], "event_index", "id"
        )

    def untried(self) -> Self:
        """Keep the jobs whose first attempt has not ended or, for a reaction, not begun.

        What is left out is named, so that PostgreSQL does not read the indexes of open jobs here,
        which are full of dead entries.
        """
        begun = Q(kind=values.DeliveryKind.REACT.value, state=values.DeliveryState.SENDING.value)
        tried = [values.DeliveryState.WAITING.value, *FINAL_STATES]
        return self.exclude(state__in=tried).exclude(begun)


def _same_lane(scope: LaneScope) -> dict[str, OuterRef]:
    return {name: OuterRef(name) for name in LANE_COLUMNS[scope]}


def _ahead(scope: LaneScope) -> DeliveryQuerySet:
    """Return the open jobs that come before the outer one in its lane."""
    earlier = Q(event_index__lt=OuterRef("event_index"))
    if scope is LaneScope.BINDING:
        earlier |= Q(event_index=OuterRef("event_index"), pk__lt=OuterRef("pk"))
    return Delivery.objects.open().filter(earlier, **_same_lane(scope))


class Delivery(models.Model):
    """One thing to be done for one event at one channel.

    A worker holds the lease while it works; whoever finds the lease run out may take the job.
    `owes_round` says that its first attempt has ended and that somebody has still to see if that
    was the last of its event. At `follow_up_at` somebody looks whether the message has come far
    enough; whoever looks moves that moment on, so that nobody else does. `unsaid` is an answer in
    several pieces of which some are not on the timeline yet.
    """

    id = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    # The event's own constraint vouches for the room.
    room = models.ForeignKey(
        Room,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event_index = models.BigIntegerField()
    channel_id = models.CharField(max_length=ID_LENGTH)
    kind = word_column(values.DeliveryKind, values.DeliveryKind.SEND)
    state = word_column(values.DeliveryState, values.DeliveryState.PENDING)
    attempts = models.IntegerField(default=0)
    owner_epoch = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    provider_message_id = optional_text(FOREIGN_ID_LENGTH)
    error_code = optional_text()
    error_message = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    traceparent = optional_text()
    # Older processes, which do not know it, go on writing rows while they are being replaced.
    owes_round = models.BooleanField(default=False, db_default=False, editable=False)
    fallback_for = optional_text()
    follow_up_at = models.DateTimeField(null=True, blank=True)
    unsaid = models.JSONField(null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(name="rk_delivery_lane", fields=["room", "channel_id", "event_index"]),
            models.Index(name="rk_delivery_event", fields=["event"]),
            models.Index(
                name="rk_delivery_open", fields=["due_at"], condition=Q(state__in=OPEN_STATES)
            ),
            models.Index(
                name="rk_delivery_lane_open",
                fields=["room", "channel_id", "event_index"],
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(
                name="rk_delivery_owes_round", fields=["event"], condition=Q(owes_round=True)
            ),
            models.Index(
                name="rk_delivery_follow_up",
                fields=["follow_up_at"],
                condition=Q(follow_up_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.id

    @classmethod
    def from_domain(cls, job: values.DeliveryJob) -> "Delivery":
        """Build the row of a job value."""
        return cls(
            id=job.id,
            room_id=job.room_id,
            event_id=job.event_id,
            event_index=job.event_index,
            channel_id=job.channel_id,
            kind=job.kind.value,
            state=job.state.value,
            attempts=job.attempts,
            owner_epoch=job.owner_epoch,
            due_at=job.due_at,
            lease_owner=job.lease_owner,
            lease_until=job.lease_until,
            provider_message_id=job.provider_message_id,
            error_code=job.error_code,
            error_message=job.error_message,
            traceparent=job.traceparent,
            fallback_for=job.fallback_for,
            follow_up_at=job.follow_up_at,
            unsaid=cls.unsaid_column(job.unsaid),
        )

    @classmethod
    def unsaid_column(cls, unsaid: values.Unsaid | None) -> JsonObject | None:
        """Return what the column holds of an answer."""
        return None if unsaid is None else copy_storable(unsaid.model_dump(mode="json"))

    def to_domain(self) -> values.DeliveryJob:
        """Return this row as a value."""
        return values.DeliveryJob(
            id=self.id,
            room_id=self.room_id,
            event_id=self.event_id,
            event_index=self.event_index,
            channel_id=self.channel_id,
            kind=values.DeliveryKind(self.kind),
            state=values.DeliveryState(self.state),
            attempts=self.attempts,
            owner_epoch=self.owner_epoch,
            due_at=self.due_at,
            lease_owner=self.lease_owner,
            lease_until=self.lease_until,
            provider_message_id=self.provider_message_id,
            error_code=self.error_code,
            error_message=self.error_message,
            traceparent=self.traceparent,
            fallback_for=self.fallback_for,
            follow_up_at=self.follow_up_at,
            unsaid=None if self.unsaid is None else values.Unsaid.model_validate(self.unsaid),
        )
