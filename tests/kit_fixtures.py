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
    pytest.param(OrmStore, id="orm", marks=pytest.mark.database),
]


class MakeKit(Protocol):
    """Builds a kit on the test's store and closes it when the test ends."""

    def __call__(self, **options: Any) -> RoomKit:
        """Build one; `options` are those of `RoomKit`."""


@pytest.fixture(params=EACH_STORE)
def store_class(request: pytest.FixtureRequest) -> type[ConversationStore]:
    """Choose a store; the database is opened only for the one that needs it."""
    chosen: type[ConversationStore] = request.param
    if chosen is OrmStore:
        request.getfixturevalue("committed_database")
    return chosen


@pytest.fixture
async def store(store_class: type[ConversationStore]) -> AsyncIterator[ConversationStore]:
    made = store_class()
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
