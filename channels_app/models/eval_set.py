"""The rows of conversations that agents are tried on."""

from typing import ClassVar

from django.db import models

from rooms.models.columns import ID_LENGTH, organization_column
from rooms.models.scoped import ScopedQuerySet


class EvalSetQuerySet(ScopedQuerySet["EvalSet"]):
    """Sets by organization."""

    organization_path: ClassVar[str] = "organization_id"


class EvalSet(models.Model):
    """Cases that are run together."""

    organization_id = organization_column()
    name = models.CharField(max_length=ID_LENGTH)
    description = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EvalSetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_eval_set_name", fields=["organization_id", "name"]),
        )

    def __str__(self) -> str:
        return self.name
