"""What a model's tokens cost, by dated rows of list prices."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from rooms.domain.frozen import utc_now

PER_MILLION = Decimal(1_000_000)
SNAPSHOT = re.compile(r"[-@](?:\d{3,8}|\d{4}-\d{2}-\d{2}|latest)")
"""What vendors put behind a model's name to mean one edition of it."""


@dataclass(frozen=True)
class Price:
    """What one vendor takes for a million tokens of one model, from a day on.

    Attributes:
        provider: The vendor's word, such as `anthropic`; a provider's name `AnthropicAIProvider`
            means the same.
        model_prefix: The model's name, which is also that of its dated editions
            (`gpt-4o-2024-11-20`) but not that of others (`gpt-4o-mini`). One that ends in a sign
            (`my-models/`), or is empty, means whatever goes on from there.
        valid_from: The first day (UTC) it is taken.
        cache_read: For tokens the vendor had kept; None is as much as `input`.
        cache_write: For tokens the vendor is to keep; None is as much as `input`.
        source: Where the price was read, and when.
    """

    provider: str
    model_prefix: str
    valid_from: date
    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    currency: str = "USD"
    source: str = ""

    def covers(self, model: str) -> bool:
        """Tell whether a model is the one this price is for."""
        if not model.startswith(self.model_prefix):
            return False
        rest = model[len(self.model_prefix) :]
        is_open = not self.model_prefix or not self.model_prefix[-1].isalnum()
        return is_open or not rest or SNAPSHOT.fullmatch(rest) is not None

    def cost(self, usage: Mapping[str, int]) -> Decimal:
        """Return what these tokens cost, in `currency`, unrounded.

        Args:
            usage: Tokens under the keys of `AIResponse.usage`.
        """
        charged = (
            ("input_tokens", self.input),
            ("output_tokens", self.output),
            ("cache_read_input_tokens", self._or_input(self.cache_read)),
            ("cache_creation_input_tokens", self._or_input(self.cache_write)),
        )
        return sum((usage.get(key, 0) * each for key, each in charged), Decimal(0)) / PER_MILLION

    def _or_input(self, price: Decimal | None) -> Decimal:
        return self.input if price is None else price


ANTHROPIC = "https://www.anthropic.com/pricing (known from June 2025)"
ANTHROPIC_2026 = "https://claude.com/pricing (as price lists of others repeat it in April 2026)"
OPENAI = "https://openai.com/api/pricing (known from June 2025)"
GEMINI = "https://ai.google.dev/gemini-api/docs/pricing (known from June 2025)"

PRICES: tuple[Price, ...] = (
    Price(
        "anthropic",
        "claude-sonnet-4-6",
        date(2026, 2, 1),
        input=Decimal("3.00"),
        output=Decimal("15.00"),
        cache_read=Decimal("0.30"),
        cache_write=Decimal("3.75"),
        source=ANTHROPIC_2026,
    ),
    Price(
        "anthropic",
        "claude-opus-4-6",
        date(2026, 2, 1),
        input=Decimal("5.00"),
        output=Decimal("25.00"),
        cache_read=Decimal("0.50"),
        cache_write=Decimal("6.25"),
        source=ANTHROPIC_2026,
    ),
    Price(
        "anthropic",
        "claude-haiku-4-5",
        date(2025, 10, 1),
        input=Decimal("1.00"),
        output=Decimal("5.00"),
        cache_read=Decimal("0.10"),
        cache_write=Decimal("1.25"),
        source=ANTHROPIC_2026,
    ),
    Price(
        "anthropic",
        "claude-sonnet-4",
        date(2025, 5, 22),
        input=Decimal("3.00"),
        output=Decimal("15.00"),
        cache_read=Decimal("0.30"),
        cache_write=Decimal("3.75"),
        source=ANTHROPIC,
    ),
    Price(
        "openai",
        "gpt-4o",
        date(2024, 10, 2),
        input=Decimal("2.50"),
        output=Decimal("10.00"),
        cache_read=Decimal("1.25"),
        source=OPENAI,
    ),
    Price(
        "openai",
        "gpt-4o-mini",
        date(2024, 10, 1),
        input=Decimal("0.15"),
        output=Decimal("0.60"),
        cache_read=Decimal("0.075"),
        source=OPENAI,
    ),
    Price(
        "gemini",
        "gemini-2.0-flash",
        date(2025, 2, 5),
        input=Decimal("0.10"),
        output=Decimal("0.40"),
        cache_read=Decimal("0.025"),
        source=GEMINI,
    ),
)
"""List prices of the vendors' default models, without batches, long contexts and discounts."""


def cost_of(
    provider: str,
    model: str,
    usage: Mapping[str, int],
    at: datetime | None = None,
    prices: Iterable[Price] = PRICES,
) -> Decimal | None:
    """Return what a call cost; None if nobody has said what the model costs.

    Args:
        provider: The vendor's word or the provider's name.
        model: The model's name.
        usage: Tokens under the keys of `AIResponse.usage`.
        at: When the call was made; None is now.
        prices: Where to look; the longest prefix counts, and of its rows the newest in force.
    """
    price = find_price(provider, model, at, prices)
    return None if price is None else price.cost(usage)


def find_price(
    provider: str,
    model: str,
    at: datetime | None = None,
    prices: Iterable[Price] = PRICES,
) -> Price | None:
    """Return the price in force for a model, or None; the arguments are those of `cost_of`."""
    vendor, day = vendor_of(provider), (at or utc_now()).astimezone(UTC).date()
    fitting = [
        price
        for price in prices
        if vendor_of(price.provider) == vendor and price.valid_from <= day and price.covers(model)
    ]
    return max(fitting, key=lambda price: (len(price.model_prefix), price.valid_from), default=None)


def vendor_of(provider: str) -> str:
    """Return the vendor's word of a provider's name: `GeminiAIProvider` is `gemini`."""
    return provider.removesuffix("AIProvider").lower()
