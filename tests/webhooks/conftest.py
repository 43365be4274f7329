"""A site whose phone channel takes signed webhooks of a vendor made for these tests."""

from collections.abc import AsyncIterator

import pytest
from django.test import AsyncClient

from rooms import runtime
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.webhooks.toy_vendor import ToyProvider, toy_channel


@pytest.fixture
def provider() -> ToyProvider:
    return ToyProvider()


@pytest.fixture
async def kit(
    committed_database: None, provider: ToyProvider, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    made = RoomKit(OrmStore())
    made.register_channel(toy_channel(provider))
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


@pytest.fixture
def client(kit: RoomKit) -> AsyncClient:
    return AsyncClient()
