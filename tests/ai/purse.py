"""A ledger that tests look into, and a model that costs something."""

from decimal import Decimal

from channels_app import MockAIProvider
from channels_app.ai.ledger import BudgetExceeded, Reservation, Spend


class Purse:
    """A ledger that allows so many calls."""

    def __init__(self, calls: int = 99, *, text: str = "") -> None:
        self.left = calls
        self.text = text
        self.asked: list[Spend] = []
        self.open: dict[str, Spend] = {}
        self.settled: list[tuple[dict[str, int], Decimal | None]] = []

    async def reserve(self, spend: Spend) -> Reservation:
        """Give leave while there is any."""
        self.asked.append(spend)
        if self.left == 0:
            raise BudgetExceeded("room", self.text)
        self.left -= 1
        reservation = Reservation(id=f"r{self.left}", spend=spend)
        self.open[reservation.id] = spend
        return reservation

    async def settle(
        self, reservation: Reservation, usage: dict[str, int], cost: Decimal | None
    ) -> None:
        """Note what was used."""
        del self.open[reservation.id]
        self.settled.append((usage, cost))


class Named(MockAIProvider):
    """A mock of a model that has a price."""

    name = "AnthropicAIProvider"
    model_name = "claude-sonnet-4-20250514"
