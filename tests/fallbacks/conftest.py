"""These tests run on a kit in memory, whose time only moves when they move it."""

import pytest

from rooms.testing.clock import FakeClock
from tests.clocked_fixtures import clock, kit, make_kit, scene, store
from tests.fallbacks.reaching import Reaching
from tests.scene import Scene

__all__ = ["clock", "kit", "make_kit", "scene", "store"]


@pytest.fixture
async def reaching(scene: Scene, clock: FakeClock) -> Reaching:
    """A customer with WhatsApp, a phone and mail, each in place of the one before."""
    made = Reaching(scene, clock)
    await made.open()
    return made
