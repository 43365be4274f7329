"""The contract of what agents keep, case by case; `channels_app.testing.ai_store_suite` has all."""

import pytest

CASES = tuple(
    f"{__name__}.{noun}"
    for noun in (
        "runs",
        "steps",
        "steering",
        "approvals",
        "summaries",
        "results",
        "activations",
        "knowledge",
    )
)
"""The modules whose tests make up the suite."""

# Before they are imported, so that a failing case shows the values it compared.
pytest.register_assert_rewrite(*CASES)
