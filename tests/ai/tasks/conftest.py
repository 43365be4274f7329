"""Fixtures of delegated tasks: each test in memory and on the database."""

import pytest

from rooms import RoomKit
from rooms.testing.clock import FakeClock
from tests.ai.tasks.desk import Desk
from tests.kit_fixtures import MakeKit, make_kit, store, store_class

__all__ = ["clock", "desk", "kit", "make_kit", "store", "store_class"]


@pytest.fixture
def kit(make_kit: MakeKit) -> RoomKit:
    return make_kit()


@pytest.fixture
async def desk(kit: RoomKit) -> Desk:
    made = Desk(kit)
    await made.open()
    return made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
