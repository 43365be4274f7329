"""A site with tools, and a model on loopback."""

from collections.abc import AsyncIterator, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from pytest_django import Settings

from channels_app.testing.fakes.anthropic import FakeAnthropic
from rooms import RoomKit
from rooms.runtime import build_kit
from tests.evaluation.rows import TOOLS


@pytest.fixture
def site(settings: Settings) -> None:
    """Offer the tools of these tests."""
    settings.ROOMKIT = {"TOOLS": TOOLS}


@pytest.fixture
def model() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as fake:
        yield fake


@pytest.fixture
async def worker(committed_database: None, site: None) -> AsyncIterator[RoomKit]:
    """The kit of a worker, whose rows are there for others, too."""
    made = build_kit()
    yield made
    await made.close()
    await User.objects.all().adelete()
    await sync_to_async(connections.close_all)()
