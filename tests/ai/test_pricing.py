"""What a call costs, by dated rows; what nobody has priced costs None."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from channels_app.ai.pricing import PRICES, Price, cost_of, find_price

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MILLION = {"input_tokens": 1_000_000}


def price(prefix: str, *, since: date = date(2025, 1, 1), input: str = "1") -> Price:
    return Price("acme", prefix, since, input=Decimal(input), output=Decimal(2))


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"input_tokens": 1000, "output_tokens": 200}, "0.006"),  # 1000 at 3, 200 at 15
        ({"input_tokens": 1000, "cache_read_input_tokens": 9000}, "0.0057"),  # kept ones at 0.30
        ({"cache_creation_input_tokens": 1000}, "0.00375"),  # keeping costs more than reading
        ({}, "0"),  # a known model that did nothing is free
    ],
)
def test_each_kind_of_token_has_its_price(usage: dict[str, int], cost: str) -> None:
    assert cost_of("anthropic", "claude-sonnet-4-20250514", usage, NOON) == Decimal(cost)


def test_kept_tokens_cost_as_much_as_others_where_no_price_is_named() -> None:
    usage = {"cache_read_input_tokens": 500_000, "cache_creation_input_tokens": 500_000}

    assert cost_of("acme", "m", usage, NOON, [price("m")]) == Decimal(1)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("mock", "mock"),
        ("openai", "claude-sonnet-4-20250514"),  # another vendor's model
        ("openai", "gpt-4o-audio-preview"),  # another model with the same beginning
        ("gemini", "gemini-2.0-flash-lite"),  # same
        ("anthropic", "claude-sonnet-4-9"),  # same
    ],
)
def test_unknown_model_has_no_cost_rather_than_none_at_all(provider: str, model: str) -> None:
    assert cost_of(provider, model, MILLION, NOON) is None


@pytest.mark.parametrize(
    ("provider", "model", "input_price"),
    [
        ("openai", "gpt-4o", "2.50"),
        ("openai", "gpt-4o-2024-11-20", "2.50"),  # a dated edition
        ("OpenAIAIProvider", "gpt-4o-mini-2024-07-18", "0.15"),  # a provider's name
        ("GeminiAIProvider", "gemini-2.0-flash-001", "0.10"),
        ("AnthropicAIProvider", "claude-sonnet-4@20250514", "3"),
    ],
)
def test_editions_of_a_model_have_its_price(provider: str, model: str, input_price: str) -> None:
    assert cost_of(provider, model, MILLION, NOON) == Decimal(input_price)


def test_longest_prefix_counts() -> None:
    rows = [price("my/small", input="5"), price("my/", input="7"), price("", input="9")]

    costs = [cost_of("acme", model, MILLION, NOON, rows) for model in ("my/small", "my/x", "x")]

    assert costs == [Decimal(5), Decimal(7), Decimal(9)]


def test_newest_price_in_force_counts() -> None:
    rows = [
        price("m", since=date(2026, 3, 2), input="3"),
        price("m", since=date(2026, 2, 1), input="2"),
        price("m", since=date(2026, 1, 1), input="1"),
    ]

    days = (NOON - timedelta(days=90), NOON, NOON + timedelta(days=1))
    costs = [cost_of("acme", "m", MILLION, day, rows) for day in days]

    assert costs == [None, Decimal(2), Decimal(3)]


def test_price_begins_with_the_day_in_utc() -> None:
    rows = [price("m", since=date(2026, 3, 2))]
    late = datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=2)))

    assert cost_of("acme", "m", MILLION, late, rows) is None


def test_price_of_now_is_found_without_a_moment() -> None:
    assert find_price("openai", "gpt-4o") in PRICES


@pytest.mark.parametrize("row", PRICES, ids=lambda row: f"{row.provider}-{row.model_prefix}")
def test_listed_prices_say_where_they_come_from(row: Price) -> None:
    assert row.source.startswith("https://")
    assert row.currency == "USD"
    assert Decimal(0) < row.input < row.output
