"""What a call of a model may take at most, and what it took."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from channels_app.ai.ledger import Payer, Spend
from channels_app.ai.turn.assignment import Prices
from channels_app.ai.turn.results import estimate_tokens
from channels_app.ai.turn.sizes import estimate_read
from channels_app.providers.base.ai import AIContext, AIProvider
from rooms.resilience.clock import Clock, SystemClock


@dataclass(frozen=True)
class Reckoning:
    """Reckons by the prices of today.

    Attributes:
        prices: What tokens cost; None is not known.
    """

    prices: Prices | None
    clock: Clock = field(default_factory=SystemClock)

    def cost(self, provider: AIProvider, usage: Mapping[str, int]) -> Decimal | None:
        """Return what these tokens of a model cost; None where nobody knows."""
        if self.prices is None:
            return None
        return self.prices(provider.name, provider.model_name, usage, self.clock.now())

    def plan(
        self,
        context: AIContext,
        provider: AIProvider,
        payer: Payer,
        *,
        run_id: str,
        seq: int = 0,
        fallback: AIProvider | None = None,
    ) -> Spend:
        """Return what a call may take: as much as the model, or its fallback, may write."""
        models = [provider] if fallback is None else [provider, fallback]
        written = max(model.output_bound(context) for model in models)
        read = estimate_read(context)
        return Spend(
            **dict(payer),
            run_id=run_id,
            seq=seq,
            provider=provider.name,
            model=provider.model_name,
            fallback_provider=fallback.name if fallback else "",
            fallback_model=fallback.model_name if fallback else "",
            input_tokens=read,
            max_output_tokens=written,
            estimate=self.cost(provider, {"input_tokens": read, "output_tokens": written}),
        )


def estimate_usage(context: AIContext, said: str) -> dict[str, int]:
    """Return about what a call used whose vendor has not told."""
    return {
        "input_tokens": estimate_read(context),
        "output_tokens": estimate_tokens(said),
    }
