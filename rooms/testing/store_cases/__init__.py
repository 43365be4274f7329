"""The store contract, case by case; the suites in `rooms.testing.store_suite` hold them all."""

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
        "lanes",
        "processed",
        "room_leases",
        "named_leases",
        "bindings",
        "people",
        "identity_merges",
        "renamed_addresses",
        "records",
        "provider_messages",
        "standings",
        "source_states",
        "fallbacks",
        "reopened",
        "turn_lanes",
        "questions",
        "scheduled_sends",
        "ownership",
    )
)
"""The modules whose tests make up the suite."""

ROOM_LANE_CASES = (f"{__name__}.room_lanes",)
"""Those for stores with the lane scope `room`."""

# Before they are imported, so that a failing case shows the values it compared.
pytest.register_assert_rewrite(*CASES, *ROOM_LANE_CASES)
