"""Money: what a turn wants to spend is asked for before each call of a model."""

from decimal import Decimal
from typing import Protocol

from rooms.domain.frozen import Frozen


class Spend(Frozen):
    """One call of a model that is about to be made.

    Attributes:
        input_tokens: An estimate of what the model will read.
        max_output_tokens: The most it may write, its thinking included.
        estimate: What that may cost at most; None where the model has no price.
    """

    organization_id: str | None
    room_id: str
    channel_id: str
    run_id: str
    seq: int
    provider: str
    model: str
    input_tokens: int
    max_output_tokens: int
    estimate: Decimal | None = None


class Reservation(Frozen):
    """Leave to make a call; whoever gives it keeps in it what settling needs."""

    id: str
    spend: Spend


class BudgetExceeded(Exception):
    """A budget does not allow the call.

    Attributes:
        budget: Which one, in words for operators.
        text: What people in the room are told; '' tells them nothing.
    """

    def __init__(self, budget: str, text: str = "") -> None:
        super().__init__(f"budget {budget} is used up")
        self.budget = budget
        self.text = text


class Ledger(Protocol):
    """Whoever keeps the budgets."""

    async def reserve(self, spend: Spend) -> Reservation:
        """Set aside what a call may cost.

        Raises:
            BudgetExceeded: If that is more than what is left.
        """

    async def settle(
        self, reservation: Reservation, usage: dict[str, int], cost: Decimal | None
    ) -> None:
        """Write what the call used; no tokens if it failed, which gives the reservation back."""
