"""The row of what an agent answered in one case of a trial."""

from typing import ClassVar

from django.db import models

from channels_app.models.agent_run import cost_column
from channels_app.models.eval_case import EvalCase
from channels_app.models.eval_run import EvalRun
from rooms.models.scoped import ScopedQuerySet


class EvalResultQuerySet(ScopedQuerySet["EvalResult"]):
    """Results by the organization of their set."""

    organization_path: ClassVar[str] = "eval_run__eval_set__organization_id"


class EvalResult(models.Model):
    """The answers of one case and what the checks said of them; `score` is between 0 and 1.

    `answer` is what was said in all; `turns` has question, recorded and new answer of each turn,
    with the tools that were called.
    """

    eval_run = models.ForeignKey(
        EvalRun, on_delete=models.CASCADE, related_name="results", db_index=False
    )
    case = models.ForeignKey(EvalCase, on_delete=models.CASCADE, related_name="results")
    passed = models.BooleanField()
    score = models.FloatField(null=True, blank=True)
    answer = models.TextField(default="", blank=True)
    turns = models.JSONField(default=list, blank=True)
    checks = models.JSONField(default=list, blank=True)
    error = models.TextField(default="", blank=True)
    usage = models.JSONField(default=dict, blank=True)
    cost = cost_column()
    duration_ms = models.FloatField(default=0.0)

    objects = EvalResultQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_eval_result_case", fields=["eval_run", "case"]),
        )

    def __str__(self) -> str:
        return f"{self.eval_run_id} {self.case_id}"
