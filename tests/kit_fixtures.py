"""Fixtures of a whole kit, on each of the two stores."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest

from rooms import RoomKit
from rooms.stores.base import ConversationStore
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore

EACH_STORE = [
    pytest.param(InMemoryStore, id="memory"),
    # The ORM store works in threads of its own, which see committed rows only.
    pytest.param(
        OrmStore,
        id="orm",
        marks=[
            pytest.mark.database,
            pytest.mark.django_db(transaction=True, available_apps=["rooms"]),
        ],
    ),
]


class MakeKit(Protocol):
    """Builds a kit on the test's store and closes it when the test ends."""

    def __call__(self, **options: Any) -> RoomKit:
        """Build one; `options` are those of `RoomKit`."""


@pytest.fixture(params=EACH_STORE)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[ConversationStore]:
    made: ConversationStore = request.param()
    yield made
    await made.close()


@pytest.fixture
async def make_kit(store: ConversationStore) -> AsyncIterator[MakeKit]:
    made: list[RoomKit] = []

    def make(**options: Any) -> RoomKit:
        made.append(RoomKit(**({"store": store} | options)))
        return made[-1]

    yield make
    for kit in made:
        await kit.close()


@pytest.fixture
async def kit(make_kit: MakeKit) -> RoomKit:
    return make_kit()
