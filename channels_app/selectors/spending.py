"""What models cost, what may be spent, and what was."""

from datetime import datetime, time
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from channels_app.ai.ledger import Spend
from channels_app.ai.pricing import Price
from channels_app.models import Budget, BudgetPeriod, BudgetScope, PriceRow, UsageRecord
from channels_app.models import SpendingReservation as Reservation
from rooms.domain.json import JsonObject

EACH = ""
EVERYBODY = ""


def list_price_layers(organization_id: str | None) -> list[list[Price]]:
    """Return an organization's prices, then everybody's."""
    own = organization_id or EVERYBODY
    rows = list(PriceRow.objects.filter(organization_id__in={own, EVERYBODY}))
    layers = [[row for row in rows if row.organization_id == whose] for whose in (own, EVERYBODY)]
    return [[_price_of(row) for row in layer] for layer in layers]


def budgets_for(spend: Spend) -> QuerySet[Budget]:
    """Return the budgets that a call has to keep to, in the order in which they are locked.

    A budget without an organization is the site's, and counts what all of them spend. A call for no
    room keeps to none of the rooms' budgets.
    """
    mine = Q(scope=BudgetScope.ORGANIZATION)
    mine |= Q(scope=BudgetScope.AGENT, scope_id__in=(EACH, spend.channel_id))
    if spend.room_id:
        mine |= Q(scope=BudgetScope.ROOM, scope_id__in=(EACH, spend.room_id))
    whose = {spend.organization_id or EVERYBODY, EVERYBODY}
    return Budget.objects.filter(mine, organization_id__in=whose).order_by("pk")


def sum_spent(budget: Budget, spend: Spend, now: datetime) -> Decimal:
    """Return what counts against a budget already, calls under way by others included."""
    counted = _counted(budget, spend)
    held = Reservation.objects.filter(**counted, expires_at__gt=now)
    # Whoever tries a call again gets the same reservation again.
    held = held.exclude(run_id=spend.run_id, seq=spend.seq)
    # In this order: a call that ends between the two is counted twice, rather than not at all.
    reserved = held.aggregate(total=Sum("amount"))["total"]
    if budget.period == BudgetPeriod.DAY:
        counted["created_at__gte"] = begin_of_day(now)
    used = UsageRecord.objects.filter(**counted).aggregate(total=Sum("cost"))["total"]
    return (reserved or Decimal(0)) + (used or Decimal(0))


def begin_of_day(now: datetime) -> datetime:
    """Return the last midnight (UTC, which `now` is in)."""
    return datetime.combine(now.date(), time.min, tzinfo=now.tzinfo)


def _counted(budget: Budget, spend: Spend) -> JsonObject:
    counted: JsonObject = {"currency": budget.currency}
    if budget.organization_id != EVERYBODY:
        counted["organization_id"] = budget.organization_id
    if budget.scope == BudgetScope.ROOM:
        counted["room_id"] = spend.room_id
    elif budget.scope == BudgetScope.AGENT:
        counted["channel_id"] = spend.channel_id
    return counted


def _price_of(row: PriceRow) -> Price:
    return Price(
        row.provider,
        row.model_prefix,
        row.valid_from,
        input=row.input,
        output=row.output,
        cache_read=row.cache_read,
        cache_write=row.cache_write,
        currency=row.currency,
        source=row.source,
    )
