"""Fixtures of a kit in memory whose time only moves when a test moves it."""

import pytest

from rooms import InMemoryStore, RoomKit
from rooms.testing.clock import FakeClock
from tests.kit_fixtures import MakeKit, make_kit
from tests.scene import Scene

__all__ = ["clock", "kit", "make_kit", "scene", "store"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> InMemoryStore:
    return InMemoryStore(clock=clock.now)


@pytest.fixture
def kit(make_kit: MakeKit, clock: FakeClock) -> RoomKit:
    return make_kit(clock=clock)


@pytest.fixture
async def scene(kit: RoomKit) -> Scene:
    opened = Scene(kit)
    await opened.open()
    return opened
