"""These tests run on a kit in memory, whose time only moves when they move it."""

import pytest

from rooms.testing.clock import FakeClock
from tests.clocked_fixtures import clock, kit, make_kit, scene, store
from tests.scene import Scene
from tests.scheduling.diary import Diary

__all__ = ["clock", "kit", "make_kit", "scene", "store"]


@pytest.fixture
async def diary(scene: Scene, clock: FakeClock) -> Diary:
    """A clerk who schedules messages to a customer's phone."""
    made = Diary(scene, clock)
    await made.open()
    return made
