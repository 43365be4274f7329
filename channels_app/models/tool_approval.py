"""The row of a tool call that waits for people."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.ai import records as values
from channels_app.models.agent_run import AgentRun
from rooms.domain.content import copy_storable, make_storable
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet

PENDING = Q(state=values.DecisionState.PENDING.value)
UNTOLD = Q(decided_at__isnull=False, told_at__isnull=True)


class ToolApprovalQuerySet(ScopedQuerySet["ToolApproval"]):
    """Decisions by whether they were made."""

    organization_path: ClassVar[str] = "organization_id"

    def pending(self) -> Self:
        """Keep those that nobody has made."""
        return self.filter(PENDING)

    def untold(self) -> Self:
        """Keep those that were made and that no run has gone on with."""
        return self.filter(UNTOLD)

    def overdue(self, now: datetime) -> Self:
        """Keep those that nobody has made in time."""
        return self.pending().filter(expires_at__lte=now)


class ToolApproval(models.Model):
    """A decision that people owe to a run.

    `told_at` is when the run was let go on with it.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    run = models.ForeignKey(
        AgentRun, on_delete=models.CASCADE, related_name="approvals", db_index=False
    )
    seq = models.IntegerField()
    room_id = models.CharField(max_length=ID_LENGTH)
    channel_id = models.CharField(max_length=ID_LENGTH)
    organization_id = organization_column()
    kind = word_column(values.DecisionKind, values.DecisionKind.APPROVAL)
    tool_name = models.CharField(max_length=ID_LENGTH)
    call_id = models.CharField(max_length=FOREIGN_ID_LENGTH)
    question = models.TextField(default="", blank=True)
    arguments = models.JSONField(default=dict, blank=True)
    parameters = models.JSONField(default=dict, db_default={}, blank=True)
    state = word_column(values.DecisionState, values.DecisionState.PENDING)
    edited_arguments = models.JSONField(null=True, blank=True)
    answer = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    reason = models.TextField(default="", blank=True)
    decided_by = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = ToolApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("tool approval")
        verbose_name_plural = _("tool approvals")
        permissions = (("decide_toolapproval", "Can decide about tool calls of agents"),)
        constraints = (models.UniqueConstraint(name="rk_approval_place", fields=["run", "seq"]),)
        indexes = (
            models.Index(name="rk_approval_list", fields=["organization_id", "created_at"]),
            models.Index(name="rk_approval_pending", fields=["expires_at"], condition=PENDING),
            models.Index(name="rk_approval_untold", fields=["run"], condition=UNTOLD),
        )

    def __str__(self) -> str:
        return f"{self.tool_name} {self.id}"

    @classmethod
    def from_domain(cls, approval: values.ToolApproval) -> "ToolApproval":
        """Build the row of an approval value."""
        return cls(
            id=approval.id,
            run_id=approval.run_id,
            seq=approval.seq,
            room_id=approval.room_id,
            channel_id=approval.channel_id,
            organization_id=approval.organization_id or "",
            kind=approval.kind.value,
            tool_name=make_storable(approval.tool_name)[:ID_LENGTH],
            call_id=make_storable(approval.call_id)[:FOREIGN_ID_LENGTH],
            question=make_storable(approval.question),
            arguments=copy_storable(approval.arguments),
            parameters=copy_storable(approval.parameters),
            state=approval.state.value,
            edited_arguments=copy_storable(approval.edited_arguments),
            answer=make_storable(approval.answer),
            reason=make_storable(approval.reason),
            decided_by=approval.decided_by,
            created_at=approval.created_at,
            expires_at=approval.expires_at,
            decided_at=approval.decided_at,
        )

    def to_domain(self) -> values.ToolApproval:
        """Return this row as a value."""
        return values.ToolApproval(
            id=self.id,
            run_id=self.run_id,
            seq=self.seq,
            room_id=self.room_id,
            channel_id=self.channel_id,
            organization_id=self.organization_id or None,
            kind=values.DecisionKind(self.kind),
            tool_name=self.tool_name,
            call_id=self.call_id,
            question=self.question,
            arguments=self.arguments,
            parameters=self.parameters,
            state=values.DecisionState(self.state),
            edited_arguments=self.edited_arguments,
            answer=self.answer,
            reason=self.reason,
            decided_by=self.decided_by,
            created_at=self.created_at,
            expires_at=self.expires_at,
            decided_at=self.decided_at,
        )
