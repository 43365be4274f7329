"""These tests run on a kit in memory, whose time only moves when they move it."""

import pytest

from rooms import DeliveryPolicy
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.clocked_fixtures import clock, kit, make_kit, scene, store
from tests.kit_fixtures import MakeKit
from tests.two_processes import Site

__all__ = ["clock", "kit", "make_kit", "scene", "store"]


@pytest.fixture
async def site(make_kit: MakeKit, clock: FakeClock) -> Site:
    made = Site(make_kit, clock)
    await made.old.open()
    return made


@pytest.fixture
async def abandoned(site: Site) -> Site:
    """A site whose old process died while it was sending three messages to the phone.

    The phone's vendor gets a message twice rather than never.
    """
    phone = await site.old.add(Recorder("phone"), delivery_policy=DeliveryPolicy.AT_LEAST_ONCE)
    phone.hold()
    site.say("one", "two", "three")
    await phone.until_attempted(1)
    await site.clock.settle()
    await site.die()
    return site
