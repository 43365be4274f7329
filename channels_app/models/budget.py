"""The row of what agents may spend."""

from enum import StrEnum
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models.agent_run import CURRENCY_LENGTH
from rooms.models.columns import ID_LENGTH, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet


class BudgetScope(StrEnum):
    """Whose spending is added up."""

    ROOM = "room"
    AGENT = "agent"
    ORGANIZATION = "organization"


class BudgetPeriod(StrEnum):
    """Since when: midnight (UTC), or ever."""

    DAY = "day"
    TOTAL = "total"


class BudgetAction(StrEnum):
    """What happens where it is used up."""

    HAND_OVER = "hand_over"


class BudgetQuerySet(ScopedQuerySet["Budget"]):
    """Budgets by organization."""

    organization_path: ClassVar[str] = "organization_id"


class Budget(models.Model):
    """A limit on what models may cost; an empty `scope_id` is each room, or each agent, by itself.

    `limit` is a sum in `currency`.
    """

    organization_id = organization_column()
    scope = word_column(BudgetScope, BudgetScope.ORGANIZATION)
    scope_id = models.CharField(
        _("room or agent"),
        max_length=ID_LENGTH,
        default="",
        blank=True,
        help_text=_("Id of a room or of an agent; empty is each of them by itself"),
    )
    period = word_column(BudgetPeriod, BudgetPeriod.DAY)
    limit = models.DecimalField(max_digits=16, decimal_places=4, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=CURRENCY_LENGTH, default="USD")
    action = word_column(BudgetAction, BudgetAction.HAND_OVER)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rk_budget_scope", fields=["organization_id", "scope", "scope_id", "period"]
            ),
            models.CheckConstraint(name="rk_budget_limit", condition=Q(limit__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.aim}: {self.limit} {self.currency}"

    @property
    def aim(self) -> str:
        """What it is for, in words that anybody may read who may not see sums of money."""
        whose = self.scope_id or self.organization_id
        return " ".join(filter(None, (self.scope, whose, self.period)))
