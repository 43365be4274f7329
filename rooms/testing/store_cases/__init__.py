"""The store contract, case by case; `rooms.testing.store_suite.StoreSuite` holds them all."""

import pytest

CASES = tuple(
    f"{__name__}.{noun}"
    for noun in (
        "rooms",
        "finding",
        "timeline",
        "round_trips",
        "event_changes",
        "commit_decisions",
        "commit_effects",
        "deliveries",
        "bindings",
        "people",
        "records",
    )
)
"""The modules whose tests make up the suite."""

# Before they are imported, so that a failing case shows the values it compared.
pytest.register_assert_rewrite(*CASES)
