"""Writes of what model calls may cost and did cost, so that no budget is overdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from channels_app.ai.ledger import Spend
from channels_app.ai.pricing import Price
from channels_app.models import Budget, SpendingReservation, UsageRecord
from channels_app.selectors.spending import budgets_for, sum_spent
from rooms.models.columns import FOREIGN_ID_LENGTH

# Longer than a model writes at one question; a process that died holds its money for as long.
RESERVED_FOR = timedelta(minutes=15)
NOT_ENOUGH = (
    "what the call may cost is more than what is left; raise the limit, or wait for the next day "
    "where it is that of a day"
)
TOKENS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_input_tokens",
    "cache_write_tokens": "cache_creation_input_tokens",
}
"""Columns of usage by the names that vendors' counts have."""


class Overspent(Exception):
    """A budget does not allow a call.

    Attributes:
        budget: Which one.
        why: What is in the way and what helps, in words for operators, without sums of money.
        is_unpriced: Whether only a price is missing.
    """

    def __init__(self, budget: Budget, why: str, *, is_unpriced: bool = False) -> None:
        super().__init__(f"{budget}: {why}")
        self.budget = budget
        self.why = why
        self.is_unpriced = is_unpriced


@dataclass(frozen=True)
class Charge:
    """What a call used.

    Attributes:
        usage: Tokens under the keys of `AIResponse.usage`.
        cost: None where the model has no price.
        price: What it was reckoned by.
    """

    usage: Mapping[str, int]
    cost: Decimal | None
    price: Price | None


@transaction.atomic
def reserve_spending(
    *, spend: Spend, prices: Sequence[tuple[str, Price | None]], now: datetime
) -> None:
    """Set aside what a call may cost at most, if every budget that it falls under allows it.

    Budgets are locked meanwhile, so that calls of other processes wait. Without a budget nothing
    is set aside. A model without a price, or with one in another currency, may not be called under
    a budget: nobody could say whether it is kept to.

    Args:
        spend: The call.
        prices: The models that may answer it, each with what it costs; None is no price.
        now: When.

    Raises:
        Overspent: If a budget does not allow it.
    """
    budgets = list(budgets_for(spend).select_for_update())
    if not budgets:
        return
    SpendingReservation.objects.filter(expires_at__lte=now).delete()
    known = [_price_under(budgets, model, price) for model, price in prices]
    amount = max(most_it_costs(spend, price) for price in known)
    for budget in budgets:
        if sum_spent(budget, spend, now) + amount > budget.limit:
            raise Overspent(budget, NOT_ENOUGH)
    _set_aside(spend, amount, known[0].currency, now)


@transaction.atomic
def settle_spending(*, spend: Spend, charge: Charge, now: datetime) -> None:
    """Write what a call used in the place of what was set aside; no tokens leave no record.

    A call that was made again, after a crash, counts both times.
    """
    if any(charge.usage.values()):
        _write_usage(spend, charge, now)
    SpendingReservation.objects.filter(run_id=spend.run_id, seq=spend.seq).delete()


def most_it_costs(spend: Spend, price: Price) -> Decimal:
    """Return what a call costs if the model writes all it may and keeps all it reads."""
    written = price.cost({"output_tokens": spend.max_output_tokens})
    read = (
        price.cost({key: spend.input_tokens})
        for key in ("input_tokens", "cache_creation_input_tokens")
    )
    return written + max(read)


def _price_under(budgets: Sequence[Budget], model: str, price: Price | None) -> Price:
    """Return the price of a model that all budgets can be kept to with."""
    if price is None:
        told = f"model {model} has no price; enter one under Price rows"
        raise Overspent(budgets[0], told, is_unpriced=True)
    for budget in budgets:
        if price.currency != budget.currency:
            told = f"model {model} is priced in {price.currency}; let both be in one currency"
            raise Overspent(budget, told, is_unpriced=True)
    return price


def _set_aside(spend: Spend, amount: Decimal, currency: str, now: datetime) -> None:
    SpendingReservation.objects.update_or_create(
        run_id=spend.run_id,
        seq=spend.seq,
        defaults={
            "organization_id": spend.organization_id or "",
            "room_id": spend.room_id,
            "channel_id": spend.channel_id,
            "amount": amount,
            "currency": currency,
            "expires_at": now + RESERVED_FOR,
        },
    )


def _write_usage(spend: Spend, charge: Charge, now: datetime) -> None:
    price = charge.price
    counts = {column: charge.usage.get(key, 0) for column, key in TOKENS.items()}
    _, is_new = UsageRecord.objects.get_or_create(
        run_id=spend.run_id,
        seq=spend.seq,
        defaults={
            **counts,
            "organization_id": spend.organization_id or "",
            "room_id": spend.room_id,
            "channel_id": spend.channel_id,
            "purpose": spend.purpose.value,
            "provider": spend.provider,
            "model": spend.model,
            "cost": charge.cost,
            "currency": price.currency if price else "USD",
            "price_source": price.source[:FOREIGN_ID_LENGTH] if price else "",
            "created_at": now,
        },
    )
    if not is_new:
        _add_usage(spend, counts, charge.cost)


def _add_usage(spend: Spend, counts: Mapping[str, int], cost: Decimal | None) -> None:
    added = {column: F(column) + count for column, count in counts.items()}
    more = {} if cost is None else {"cost": F("cost") + cost}
    UsageRecord.objects.filter(run_id=spend.run_id, seq=spend.seq).update(**added, **more)
