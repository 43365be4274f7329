"""The row of one call of a model or a tool."""

from typing import ClassVar

from django.db import models

from channels_app.ai import records as values
from channels_app.models.agent_run import AgentRun, cost_column
from rooms.domain.content import copy_storable, make_storable
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, Columns, word_column
from rooms.models.scoped import ScopedQuerySet


class AgentStepQuerySet(ScopedQuerySet["AgentStep"]):
    """Steps by the organization of their run."""

    organization_path: ClassVar[str] = "run__organization_id"


class AgentStep(models.Model):
    """One call that an agent's turn made: written before it is made and after it."""

    run = models.ForeignKey(
        AgentRun, on_delete=models.CASCADE, related_name="steps", db_index=False
    )
    seq = models.IntegerField()
    kind = word_column(values.StepKind, values.StepKind.MODEL)
    state = word_column(values.StepState, values.StepState.BEGUN)
    round = models.IntegerField(default=0)
    name = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    call_id = models.CharField(max_length=FOREIGN_ID_LENGTH, default="", blank=True)
    request = models.JSONField(default=dict, blank=True)
    response = models.JSONField(default=dict, blank=True)
    usage = models.JSONField(default=dict, blank=True)
    cost = cost_column()
    duration_ms = models.FloatField(default=0.0)
    error = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AgentStepQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(name="rk_step_place", fields=["run", "seq"]),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.seq}"

    @staticmethod
    def own_columns(step: values.AgentStep) -> Columns:
        """Return everything but the place in the run."""
        return {
            "kind": step.kind.value,
            "state": step.state.value,
            "round": step.round,
            "name": make_storable(step.name)[:ID_LENGTH],
            "call_id": make_storable(step.call_id)[:FOREIGN_ID_LENGTH],
            "request": copy_storable(step.request),
            "response": copy_storable(step.response),
            "usage": copy_storable(step.usage),
            "cost": step.cost,
            "duration_ms": step.duration_ms,
            "error": make_storable(step.error),
            "started_at": step.started_at,
            "ended_at": step.ended_at,
        }

    @classmethod
    def from_domain(cls, step: values.AgentStep) -> "AgentStep":
        """Build the row of a step value."""
        return cls(run_id=step.run_id, seq=step.seq, **cls.own_columns(step))

    def to_domain(self) -> values.AgentStep:
        """Return this row as a value."""
        return values.AgentStep(
            run_id=self.run_id,
            seq=self.seq,
            kind=values.StepKind(self.kind),
            state=values.StepState(self.state),
            round=self.round,
            name=self.name,
            call_id=self.call_id,
            request=self.request,
            response=self.response,
            usage=self.usage,
            cost=self.cost,
            duration_ms=self.duration_ms,
            error=self.error,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )
