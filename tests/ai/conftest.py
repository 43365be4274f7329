"""Fixtures of agents at work."""

from collections.abc import AsyncIterator

import pytest

from rooms import RoomKit
from rooms.stores.memory import InMemoryStore
from tests.kit_fixtures import make_kit as make_kit
from tests.kit_fixtures import store as store
from tests.kit_fixtures import store_class as store_class


@pytest.fixture
async def kit() -> AsyncIterator[RoomKit]:
    made = RoomKit(store=InMemoryStore())
    yield made
    await made.close()


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def streaming(request: pytest.FixtureRequest) -> bool:
    """Both paths to an answer."""
    return bool(request.param)
