"""Writes of prices and budgets, each with its entry in the audit trail."""

from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.models import Budget, PriceRow
from channels_app.services.budget_incidents import end_incidents_of, end_incidents_of_price
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry

Row = Budget | PriceRow


class SpendingAction(StrEnum):
    """What people do with prices and budgets, in the words of the audit trail."""

    BUDGET_SET = "budget_set"
    BUDGET_REMOVED = "budget_removed"
    PRICE_SET = "price_set"
    PRICE_REMOVED = "price_removed"


@transaction.atomic
def save_spending_row(*, row: Row, actor: AbstractBaseUser, fields: Collection[str]) -> None:
    """Store a price or a budget.

    Args:
        row: With its new columns.
        actor: Who changed it.
        fields: What was changed.
    """
    row.save()
    _end_incidents(row)
    is_budget = isinstance(row, Budget)
    action = SpendingAction.BUDGET_SET if is_budget else SpendingAction.PRICE_SET
    _write_down(row, actor, action, sorted(fields))


@transaction.atomic
def delete_spending_row(*, row: Row, actor: AbstractBaseUser) -> None:
    """Delete a price or a budget."""
    is_budget = isinstance(row, Budget)
    action = SpendingAction.BUDGET_REMOVED if is_budget else SpendingAction.PRICE_REMOVED
    _write_down(row, actor, action, [])
    _end_incidents(row)
    row.delete()


def _end_incidents(row: Row) -> None:
    now = get_database_now()
    if isinstance(row, Budget):
        end_incidents_of(budget=row, now=now)
    else:
        end_incidents_of_price(price=row, now=now)


def _write_down(
    row: Row, actor: AbstractBaseUser, action: SpendingAction, fields: list[str]
) -> None:
    detail = {"row": str(row), "fields": fields}
    build_entry(
        actor=actor, action=action, row=row, organization_id=row.organization_id, detail=detail
    ).save()
