"""The row of one trial of an agent on a set of cases."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.ai.records import RunStatus
from channels_app.models.agent_run import CURRENCY_LENGTH, OPEN, cost_column
from channels_app.models.agent_version import AgentVersion
from channels_app.models.eval_set import EvalSet
from rooms.models.columns import ID_LENGTH, KEY_LENGTH, word_column
from rooms.models.scoped import ScopedQuerySet


class EvalRunQuerySet(ScopedQuerySet["EvalRun"]):
    """Trials by the organization of their set."""

    organization_path: ClassVar[str] = "eval_set__organization_id"

    def due(self) -> Self:
        """Keep those that workers have to do or to end."""
        return self.filter(in_background=True, status__in=OPEN)


class EvalRun(models.Model):
    """How an agent did; `version_label` and `version_sha256` tell of it as it was: drafts change.

    Those `in_background` are done by workers, which take them by a lease.
    """

    eval_set = models.ForeignKey(EvalSet, on_delete=models.CASCADE, related_name="runs")
    version = models.ForeignKey(
        AgentVersion, on_delete=models.SET_NULL, related_name="eval_runs", null=True, blank=True
    )
    version_label = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    version_sha256 = models.CharField(max_length=KEY_LENGTH, default="", blank=True)
    channel_id = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    model = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    status = word_column(RunStatus, RunStatus.RUNNING)
    cost = cost_column()
    currency = models.CharField(max_length=CURRENCY_LENGTH, default="USD")
    in_background = models.BooleanField(default=False)
    error = models.TextField(default="", blank=True)
    started_by = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EvalRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        permissions = (("start_evalrun", "Can try agents on evaluation sets"),)
        indexes = (
            models.Index(
                name="rk_eval_run_due",
                fields=["started_at"],
                condition=Q(in_background=True, status__in=OPEN),
            ),
        )

    def __str__(self) -> str:
        return f"{self.version_label} ({self.pk})"
