"""The site's ledger: budgets, prices and usage in the database."""

import logging
from datetime import UTC, datetime
from decimal import Decimal

from channels_app.ai.ledger import BudgetExceeded, Ledger, Purpose, Reservation, Spend
from channels_app.ai.price_layers import PriceLayers
from channels_app.ai.pricing import Price
from channels_app.selectors.spending import list_price_layers
from channels_app.services.budget_incidents import end_incidents_of_yesterday, note_overspent
from channels_app.services.reservations import (
    Charge,
    Overspent,
    reserve_spending,
    settle_spending,
)
from rooms.kit import RoomKit
from rooms.selectors.clock import get_database_now
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads

logger = logging.getLogger("roomkit.ai.ledger")

CHORE = "budget_incidents"


class DatabaseLedger(Ledger):
    """Keeps one agent to the budgets of the site; every process keeps the same books.

    Args:
        threads: Where the site's store speaks to the database.
        prices: What the agent reckons costs by; renewed with each reservation.
        organization_id: Whose prices count beside everybody's.
        told: What people in the room are told where a budget is used up; '' tells them nothing.
    """

    def __init__(
        self,
        threads: DatabaseThreads,
        prices: PriceLayers,
        *,
        organization_id: str | None = None,
        told: str = "",
    ) -> None:
        self._threads = threads
        self._prices = prices
        self._organization_id = organization_id
        self._told = told

    async def reserve(self, spend: Spend) -> Reservation:
        """Set aside what a call may cost.

        Raises:
            BudgetExceeded: If a budget does not allow it; where that leaves people without an
                answer, an incident tells of it.
            StoreUnavailableError: If the database does not answer; then nobody may spend.
        """
        try:
            await self._threads.run(self._reserve, spend)
        except Overspent as refused:
            facts = {
                "room_id": spend.room_id,
                "purpose": spend.purpose.value,
                "budget": str(refused.budget),
                "why": refused.why,
            }
            logger.warning("a budget does not allow a model call", extra=facts)
            raise BudgetExceeded(refused.budget.aim, self._told, refused.why) from refused
        return Reservation(id=f"{spend.run_id}:{spend.seq}", spend=spend)

    async def settle(
        self, reservation: Reservation, usage: dict[str, int], cost: Decimal | None
    ) -> None:
        """Write what the call used; no tokens if it failed, which gives the reservation back."""
        spend = reservation.spend
        await self._threads.run(self._settle, spend, usage, cost)

    def _reserve(self, spend: Spend) -> None:
        now = get_database_now()
        self._prices.take(list_price_layers(self._organization_id))
        try:
            reserve_spending(spend=spend, prices=self._prices_of(spend, now), now=now)
        except Overspent as refused:
            if spend.purpose is Purpose.ANSWER:
                note_overspent(
                    budget=refused.budget,
                    spend=spend,
                    why=refused.why,
                    now=now,
                    is_unpriced=refused.is_unpriced,
                )
            raise

    def _settle(self, spend: Spend, usage: dict[str, int], cost: Decimal | None) -> None:
        now = get_database_now()
        charge = Charge(usage, cost, self._price_of(spend.provider, spend.model, now))
        settle_spending(spend=spend, charge=charge, now=now)

    def _prices_of(self, spend: Spend, now: datetime) -> list[tuple[str, Price | None]]:
        models = [(spend.provider, spend.model), (spend.fallback_provider, spend.fallback_model)]
        return [(model, self._price_of(vendor, model, now)) for vendor, model in models if model]

    def _price_of(self, provider: str, model: str, now: datetime) -> Price | None:
        return self._prices.find(provider, model, now.astimezone(UTC))


async def end_old_incidents(kit: RoomKit) -> int:
    """Do the worker's chore: end the incidents of daily budgets whose day is over."""
    if not isinstance(kit.store, OrmStore):
        return 0
    return await kit.store.threads.run(_end_old_incidents)


def _end_old_incidents() -> int:
    return end_incidents_of_yesterday(now=get_database_now())
