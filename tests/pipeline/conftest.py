"""These tests run on a kit in memory, whose time only moves when they move it."""

import pytest

from rooms.testing.clock import FakeClock
from tests.clocked_fixtures import clock, kit, make_kit, scene, store
from tests.scene import Scene
from tests.timed_phone import TimedRecorder
from tests.viewers import Pen, Viewer

__all__ = ["clock", "kit", "make_kit", "scene", "store"]


@pytest.fixture
def phone(clock: FakeClock) -> TimedRecorder:
    return TimedRecorder("phone", clock)


@pytest.fixture
async def viewer(scene: Scene) -> Viewer:
    return await scene.add(Viewer())


@pytest.fixture
def pen() -> Pen:
    return Pen()
