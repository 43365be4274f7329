"""A personal account on a kit in memory, whose time only moves when a test moves it."""

import pytest

from channels_app.testing.fakes.neonize import Account
from rooms import RoomKit
from rooms.testing.clock import FakeClock
from tests.clocked_fixtures import clock, kit, make_kit, store
from tests.providers.neonize.line import Line

__all__ = ["clock", "kit", "make_kit", "store"]


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
async def line(kit: RoomKit, account: Account, clock: FakeClock) -> Line:
    """A channel of the account whose source runs and is connected."""
    made = Line(kit, account, clock)
    await made.connect()
    return made
