"""Conformance tests: each carries the number of the rule it holds us to."""

import pytest

from rooms import RoomKit
from tests.draft import Draft
from tests.kit_fixtures import kit, make_kit, store, store_class
from tests.scene import Scene
from tests.steps import stored

__all__ = ["kit", "make_kit", "store", "store_class"]


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "rfc(item): holds us to this item of the conformance list")


@pytest.fixture
async def scene(kit: RoomKit) -> Scene:
    opened = Scene(kit)
    await opened.open()
    return opened


@pytest.fixture
async def draft(scene: Scene) -> Draft:
    return Draft(scene, stored(await scene.say("old")))
