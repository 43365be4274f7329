"""What trying an agent costs."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from channels_app.ai.ledger import Reservation, Spend


@dataclass
class Meter:
    """A ledger that allows every call and adds up what they take.

    Attributes:
        cost: None once a model without a price was asked.
    """

    usage: Counter[str] = field(default_factory=Counter)
    cost: Decimal | None = Decimal(0)

    async def reserve(self, spend: Spend) -> Reservation:
        """Give leave: budgets are for rooms."""
        return Reservation(id=f"{spend.run_id}:{spend.seq}", spend=spend)

    async def settle(
        self, reservation: Reservation, usage: dict[str, int], cost: Decimal | None
    ) -> None:
        """Add what a call took."""
        self.add(usage, cost)

    def add(self, usage: dict[str, int], cost: Decimal | None) -> None:
        """Add tokens and what they cost; no tokens cost nothing."""
        if not any(usage.values()):
            return
        self.usage.update(usage)
        self.cost = None if cost is None or self.cost is None else self.cost + cost
