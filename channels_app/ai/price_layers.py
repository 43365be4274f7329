"""Prices from several places: those of a site stand before list prices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from channels_app.ai.pricing import PRICES, Price, find_price


class PriceLayers:
    """What models cost as far as this process knows; `take` renews what it knows.

    The first place that has a price for a model counts, however old the price is.
    """

    def __init__(self) -> None:
        self._layers: tuple[tuple[Price, ...], ...] = (PRICES,)

    def take(self, layers: Sequence[Sequence[Price]]) -> None:
        """Put a site's prices, those that count first in front, before the list prices."""
        self._layers = (*map(tuple, layers), PRICES)

    def find(self, provider: str, model: str, at: datetime) -> Price | None:
        """Return the price in force for a model, or None."""
        found = (find_price(provider, model, at, prices) for prices in self._layers)
        return next((price for price in found if price is not None), None)

    def __call__(
        self, provider: str, model: str, usage: Mapping[str, int], at: datetime
    ) -> Decimal | None:
        """Return what a call cost; None if nobody has said what the model costs."""
        price = self.find(provider, model, at)
        return None if price is None else price.cost(usage)
