"""A room for agents to work in, on each of the two stores."""

import pytest

from tests.kit_fixtures import MakeKit
from tests.scene import Scene


@pytest.fixture
async def scene(make_kit: MakeKit) -> Scene:
    opened = Scene(make_kit())
    await opened.open()
    return opened
