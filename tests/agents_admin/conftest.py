"""A model on loopback, and the kit of one process that follows the admin."""

from collections.abc import AsyncIterator, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from pytest_django import Settings

from channels_app.testing.fakes.anthropic import FakeAnthropic
from rooms import RoomKit, runtime
from rooms.runtime import build_kit


@pytest.fixture
def model() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as fake:
        yield fake


@pytest.fixture
async def kit(
    committed_database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    settings.ROOMKIT = {"CHANNELS": {"line": {"FACTORY": "channels_app.WebSocketChannel"}}}
    made = build_kit()
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()
    await User.objects.all().adelete()
    await sync_to_async(connections.close_all)()
