"""These tests run on each of the two stores."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from rooms import RoomKit, runtime
from tests.kit_fixtures import kit, make_kit, store, store_class
from tests.scene import Scene

__all__ = ["kit", "make_kit", "store", "store_class"]


@pytest.fixture
async def asked_database(committed_database: None) -> AsyncIterator[None]:
    """Open the database also to what Django does for a test that runs on an event loop."""
    yield
    # It is done on one thread, whose connection would outlive the database.
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def site_kit(asked_database: None) -> AsyncIterator[RoomKit]:
    """This process's own kit, on the event loop that serves the pages."""
    runtime.forget_kit()
    made = runtime.get_kit()
    yield made
    await made.close()
    runtime.forget_kit()


@pytest.fixture
async def scene(kit: RoomKit) -> Scene:
    opened = Scene(kit)
    await opened.open()
    return opened
