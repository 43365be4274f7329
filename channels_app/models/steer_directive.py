"""The row of something a running turn is told."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from channels_app.models.agent_run import AgentRun
from rooms.models.scoped import ScopedQuerySet


class SteerDirectiveQuerySet(ScopedQuerySet["SteerDirective"]):
    """Directives by what became of them."""

    organization_path: ClassVar[str] = "run__organization_id"

    def untaken(self) -> Self:
        """Keep those that the run has not seen."""
        return self.filter(applied_at__isnull=True)


class SteerDirective(models.Model):
    """A directive for a run of whichever process; they are taken in the order of their numbers."""

    run = models.ForeignKey(
        AgentRun, on_delete=models.CASCADE, related_name="directives", db_index=False
    )
    payload = models.JSONField()
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    objects = SteerDirectiveQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(name="rk_steer_run", fields=["run", "id"]),
            # A running turn looks there several times a second.
            models.Index(
                name="rk_steer_untaken", fields=["run"], condition=Q(applied_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.pk}"
