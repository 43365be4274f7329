"""Questions to models that are no turns: for a summary, or for a verdict."""

from channels_app.ai.ledger import Ledger, Payer
from channels_app.ai.turn.assignment import Prices
from channels_app.ai.turn.reckoning import Reckoning, estimate_usage
from channels_app.providers.base.ai import AIContext, AIProvider, AIResponse
from rooms.domain.frozen import new_id


class SideCalls:
    """Asks models beside the answers of an agent, by the same budgets.

    Args:
        ledger: Who keeps the budgets; None spends what it takes.
        prices: What tokens cost; None is not known.
    """

    def __init__(self, ledger: Ledger | None = None, prices: Prices | None = None) -> None:
        self._ledger = ledger
        self._reckoning = Reckoning(prices)

    async def ask(self, provider: AIProvider, context: AIContext, payer: Payer) -> AIResponse:
        """Ask a model once; what it may cost is reserved before, what it did cost settled after.

        A model that was given up in the middle, such as by a time limit, counts as one that has
        written all it may: nobody knows how far it came.

        Raises:
            BudgetExceeded: If a budget does not allow it.
            ProviderError: If the model refused, failed or could not be reached.
        """
        if self._ledger is None:
            return await provider.generate(context)
        spend = self._reckoning.plan(context, provider, payer, run_id=new_id())
        reservation = await self._ledger.reserve(spend)
        used = {"input_tokens": spend.input_tokens, "output_tokens": spend.max_output_tokens}
        try:
            response = await provider.generate(context)
            used = response.usage or _estimate(context, response)
        except Exception:
            used = {}
            raise
        finally:
            cost = self._reckoning.cost(provider, used)
            await self._ledger.settle(reservation, used, cost)
        return response


def _estimate(context: AIContext, response: AIResponse) -> dict[str, int]:
    return estimate_usage(context, response.content + (response.thinking or ""))
