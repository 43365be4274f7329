"""The row of one conversation that agents are tried on."""

from typing import ClassVar

from django.db import models

from channels_app.models.eval_set import EvalSet
from rooms.models.columns import ID_LENGTH
from rooms.models.scoped import ScopedQuerySet


class EvalCaseQuerySet(ScopedQuerySet["EvalCase"]):
    """Cases by the organization of their set."""

    organization_path: ClassVar[str] = "eval_set__organization_id"


class EvalCase(models.Model):
    """What was said, and what the answer has to be like.

    `source_room_id` names the room that the events were copied from.
    """

    eval_set = models.ForeignKey(
        EvalSet, on_delete=models.CASCADE, related_name="cases", db_index=False
    )
    name = models.CharField(max_length=ID_LENGTH)
    events = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    source_room_id = models.CharField(max_length=ID_LENGTH, default="", blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EvalCaseQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_eval_case_name", fields=["eval_set", "name"]),
        )

    def __str__(self) -> str:
        return self.name
