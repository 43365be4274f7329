"""Money: what a turn wants to spend is asked for before each call of a model."""

from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from rooms.domain.frozen import Frozen


class Purpose(StrEnum):
    """What a model is asked for."""

    ANSWER = "answer"
    SUMMARY = "summary"
    EVALUATION = "evaluation"


class Payer(Frozen):
    """For whom a model is asked; the budgets of all three pay for it.

    Attributes:
        room_id: '' is no room.
    """

    organization_id: str | None
    room_id: str
    channel_id: str
    purpose: Purpose = Purpose.ANSWER


class Spend(Payer):
    """One call of a model that is about to be made.

    Attributes:
        run_id: The run whose call it is; a call that is no answer has an id of its own.
        input_tokens: An estimate of what the model will read.
        max_output_tokens: The most it may write, its thinking included.
        estimate: What that may cost at most; None where the model has no price.
        fallback_provider: The provider of the model that may answer in its place; '' is none.
        fallback_model: That model.
    """

    run_id: str
    seq: int
    provider: str
    model: str
    input_tokens: int
    max_output_tokens: int
    estimate: Decimal | None = None
    fallback_provider: str = ""
    fallback_model: str = ""


class Reservation(Frozen):
    """Leave to make a call; whoever gives it keeps in it what settling needs."""

    id: str
    spend: Spend


class BudgetExceeded(Exception):
    """A budget does not allow the call.

    Attributes:
        budget: Which one, in words for operators.
        text: What people in the room are told; '' tells them nothing.
        why: What is in the way and what helps, for operators; '' is that it is used up.
    """

    def __init__(self, budget: str, text: str = "", why: str = "") -> None:
        super().__init__(f"the budget {budget} does not allow the call: {why or 'it is used up'}")
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
