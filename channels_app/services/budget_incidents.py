"""Writes of the incidents that tell of budgets which are used up."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from channels_app.ai.ledger import Spend
from channels_app.models import Budget, BudgetPeriod, BudgetScope, PriceRow
from channels_app.selectors.spending import EVERYBODY, begin_of_day
from rooms.models import Incident, Room
from rooms.models.incident import IncidentQuerySet

KIND = "budget"
USED_UP = "is used up"
WITHOUT_PRICE = "cannot be kept to: a model has no price"


@transaction.atomic
def note_overspent(
    *, budget: Budget, spend: Spend, why: str, now: datetime, is_unpriced: bool = False
) -> None:
    """Open an incident, unless there is one: one a budget, or one a room if it is each room's.

    A budget of the site has one in each organization that it stops. No sum of money is in it: more
    people see incidents than costs.

    Args:
        budget: Which one does not allow a call.
        spend: The call.
        why: What is in the way.
        now: When.
        is_unpriced: Whether only a price is missing.
    """
    # Processes that are refused together come one after the other, and only the first finds none.
    if Budget.objects.select_for_update().filter(pk=budget.pk).first() is None:
        return
    whose, title = spend.organization_id or EVERYBODY, _title_of(budget, is_unpriced=is_unpriced)
    ongoing = Incident.objects.ongoing().filter(kind=KIND, title=title, organization_id=whose)
    if budget.scope == BudgetScope.ROOM:
        ongoing = ongoing.filter(room_id=spend.room_id)
    elif budget.scope == BudgetScope.AGENT:
        ongoing = ongoing.filter(channel_id=spend.channel_id)
    if ongoing.exists():
        return
    Incident.objects.create(
        organization_id=whose,
        kind=KIND,
        channel_id=spend.channel_id,
        provider=spend.provider,
        room=Room.objects.filter(pk=spend.room_id).first(),
        title=title,
        detail=f"{budget.aim}: {why}",
        started_at=now,
    )


def end_incidents_of(*, budget: Budget, now: datetime) -> int:
    """End the incidents of a budget that was changed or deleted; return how many there were.

    If it is used up all the same, the next question opens another.
    """
    return _ongoing_of(Q(title__in=_titles_of(budget))).update(ended_at=now)


def end_incidents_of_price(*, price: PriceRow, now: datetime) -> int:
    """End the incidents of missing prices where a price was entered, changed or deleted.

    If the price is not the one that is missing, the next question opens another.
    """
    ongoing = _ongoing_of(Q(title__endswith=WITHOUT_PRICE))
    if price.organization_id != EVERYBODY:
        ongoing = ongoing.filter(organization_id=price.organization_id)
    return ongoing.update(ended_at=now)


def end_incidents_of_yesterday(*, now: datetime) -> int:
    """End the incidents of daily budgets whose day is over; return how many there were."""
    yesterday = _ongoing_of(Q(started_at__lt=begin_of_day(now)))
    if not yesterday.exists():
        return 0
    daily = Budget.objects.filter(period=BudgetPeriod.DAY)
    titles = [title for each in daily for title in _titles_of(each)]
    return yesterday.filter(title__in=titles).update(ended_at=now)


def _ongoing_of(which: Q) -> IncidentQuerySet:
    return Incident.objects.filter(which, kind=KIND, ended_at__isnull=True)


def _titles_of(budget: Budget) -> list[str]:
    return [_title_of(budget, is_unpriced=is_unpriced) for is_unpriced in (False, True)]


def _title_of(budget: Budget, *, is_unpriced: bool) -> str:
    """Return what names a budget for as long as it is there, whatever its limit."""
    return f"Budget {budget.pk} {WITHOUT_PRICE if is_unpriced else USED_UP}"
