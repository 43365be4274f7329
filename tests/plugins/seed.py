"""One seed for everything random in a test; a failing test shows it.

``ROOMKIT_TEST_SEED=…`` repeats it. Processes take their own time, so the same seed gives the same
schedule, not the same instant.
"""

import os
import random

import pytest


def choose_seed() -> int:
    """Return the seed that was asked for, or a new one."""
    return int(os.environ.get("ROOMKIT_TEST_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def seed() -> int:
    """The seed of this test, printed."""
    chosen = choose_seed()
    print(f"ROOMKIT_TEST_SEED={chosen}")
    return chosen
