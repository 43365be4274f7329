"""These tests run on a kit with each of the two stores."""

import pytest

from rooms import RoomKit
from tests.kit_fixtures import kit, make_kit, store, store_class
from tests.scene import Scene
from tests.viewers import Viewer

__all__ = ["kit", "make_kit", "store", "store_class"]


@pytest.fixture
async def scene(kit: RoomKit) -> Scene:
    opened = Scene(kit)
    await opened.open()
    return opened


@pytest.fixture
async def viewer(scene: Scene) -> Viewer:
    return await scene.add(Viewer())
