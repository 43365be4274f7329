"""The row of one turn of an agent."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.ai import records as values
from rooms.domain.content import copy_storable, make_storable
from rooms.models import Event, Room
from rooms.models.columns import ID_LENGTH, Columns, optional_text, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet

CURRENCY_LENGTH = 3
OPEN = (values.RunStatus.RUNNING.value, values.RunStatus.WAITING.value)


def cost_column() -> "models.DecimalField[Decimal | None, Decimal | None]":
    """Build the column of a sum of money; NULL is a model without a price, which is not nothing."""
    return models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)


class AgentRunQuerySet(ScopedQuerySet["AgentRun"]):
    """Runs by what becomes of them."""

    organization_path: ClassVar[str] = "organization_id"

    def open(self) -> Self:
        """Keep those that are not at their end."""
        return self.filter(status__in=OPEN)

    def waiting(self) -> Self:
        """Keep those that wait for people."""
        return self.filter(status=values.RunStatus.WAITING.value)


class AgentRun(models.Model):
    """One turn of an agent: the record of one delivery job, without a lease of its own.

    The event is referred to without a constraint, so that a run costs no look-up of it; deleting
    the event deletes its runs all the same.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="agent_runs", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="agent_runs",
        db_index=False,
        db_constraint=False,
    )
    organization_id = organization_column()
    delivery_id = optional_text()
    parent_run_id = optional_text()
    version_id = optional_text()
    provider = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    model = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    status = word_column(values.RunStatus, values.RunStatus.RUNNING)
    attempt = models.IntegerField(default=1)
    segment = models.IntegerField(default=0)
    rounds = models.IntegerField(default=0)
    usage = models.JSONField(default=dict, blank=True)
    cost = cost_column()
    currency = models.CharField(max_length=CURRENCY_LENGTH, default="USD")
    end_reason = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    error = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AgentRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent run")
        verbose_name_plural = _("agent runs")
        permissions = (("steer_agentrun", "Can stop and steer agent runs"),)
        constraints = (models.UniqueConstraint(name="rk_run_turn", fields=["event", "channel_id"]),)
        indexes = (
            models.Index(name="rk_run_room", fields=["room", "started_at"]),
            models.Index(name="rk_run_list", fields=["organization_id", "started_at"]),
            models.Index(
                name="rk_run_open",
                fields=["channel_id", "started_at"],
                condition=Q(status__in=OPEN),
            ),
        )

    def __str__(self) -> str:
        return self.id

    @staticmethod
    def own_columns(run: values.AgentRun) -> Columns:
        """Return what a turn writes as it goes on: not whose it is, when it began, its attempt."""
        return {
            "delivery_id": run.delivery_id,
            "parent_run_id": run.parent_run_id,
            "version_id": run.version_id,
            "provider": run.provider,
            "model": run.model,
            "status": run.status.value,
            "segment": run.segment,
            "rounds": run.rounds,
            "usage": copy_storable(run.usage),
            "cost": run.cost,
            "currency": run.currency,
            "end_reason": run.end_reason,
            "error": make_storable(run.error),
            "ended_at": run.ended_at,
        }

    @classmethod
    def from_domain(cls, run: values.AgentRun) -> "AgentRun":
        """Build the row of a run value."""
        return cls(
            id=run.id,
            room_id=run.room_id,
            channel_id=run.channel_id,
            event_id=run.event_id,
            organization_id=run.organization_id or "",
            attempt=run.attempt,
            started_at=run.started_at,
            **cls.own_columns(run),
        )

    def to_domain(self) -> values.AgentRun:
        """Return this row as a value."""
        return values.AgentRun(
            id=self.id,
            room_id=self.room_id,
            channel_id=self.channel_id,
            event_id=self.event_id,
            organization_id=self.organization_id or None,
            delivery_id=self.delivery_id,
            parent_run_id=self.parent_run_id,
            version_id=self.version_id,
            provider=self.provider,
            model=self.model,
            status=values.RunStatus(self.status),
            attempt=self.attempt,
            segment=self.segment,
            rounds=self.rounds,
            usage=self.usage,
            cost=self.cost,
            currency=self.currency,
            end_reason=self.end_reason,
            error=self.error,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )
