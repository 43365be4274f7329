"""What trying an agent costs, and who allows it."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from channels_app.ai.ledger import BudgetExceeded, Ledger, Purpose, Reservation, Spend

NO_ROOM = ""


@dataclass
class Bill:
    """What was used so far.

    Attributes:
        cost: None once a model without a price was asked.
    """

    usage: Counter[str] = field(default_factory=Counter)
    cost: Decimal | None = Decimal(0)

    def add(self, usage: dict[str, int], cost: Decimal | None) -> None:
        """Add tokens and what they cost; no tokens cost nothing."""
        if not any(usage.values()):
            return
        self.usage.update(usage)
        self.cost = None if cost is None or self.cost is None else self.cost + cost


class Meter(Ledger):
    """Notes on a bill what calls take, by leave of whoever keeps the budgets.

    Args:
        bill: Where it is noted.
        ledger: Who is asked for leave; None is for scripts, which cost nobody anything.

    Attributes:
        refusal: Why a call was not allowed; no other is made after it.
    """

    def __init__(self, bill: Bill, ledger: Ledger | None = None) -> None:
        self.refusal: BudgetExceeded | None = None
        self._bill = bill
        self._ledger = ledger

    async def reserve(self, spend: Spend) -> Reservation:
        """Ask for leave, for a trial: its rooms are none of the site.

        Raises:
            BudgetExceeded: If a budget does not allow it, or did not allow one before.
        """
        tried = {"purpose": Purpose.EVALUATION, "room_id": NO_ROOM}
        spend = spend.model_copy(update=tried)
        if self._ledger is None:
            return Reservation(id=f"{spend.run_id}:{spend.seq}", spend=spend)
        if self.refusal is not None:
            raise self.refusal
        try:
            return await self._ledger.reserve(spend)
        except BudgetExceeded as refused:
            self.refusal = refused
            raise

    async def settle(
        self, reservation: Reservation, usage: dict[str, int], cost: Decimal | None
    ) -> None:
        """Write what a call took."""
        self._bill.add(usage, cost)
        if self._ledger is not None:
            await self._ledger.settle(reservation, usage, cost)
