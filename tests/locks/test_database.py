"""Leases in a store pass the contract of locks, in memory and in the database."""

from collections.abc import AsyncIterator

import pytest

from rooms.locks.database import DatabaseLockManager
from rooms.stores.base import ConversationStore
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_room
from rooms.testing.lock_suite import MORTAL_LEASE_S, OTHER, ROOM, SharedLockSuite

LONG_S = 60.0


async def add_rooms(store: ConversationStore) -> None:
    for room_id in (ROOM, OTHER):
        await store.create_room(make_room(room_id))


class DatabaseLockSuite(SharedLockSuite):
    """Managers of three processes on the fixture `store`."""

    @pytest.fixture
    def locks(self, store: ConversationStore) -> DatabaseLockManager:
        return DatabaseLockManager(store, owner="one", seconds=LONG_S)

    @pytest.fixture
    def peer(self, store: ConversationStore) -> DatabaseLockManager:
        return DatabaseLockManager(store, owner="two", seconds=LONG_S)

    @pytest.fixture
    def mortal(self, store: ConversationStore) -> DatabaseLockManager:
        return DatabaseLockManager(store, owner="mortal", seconds=MORTAL_LEASE_S)


class TestLocksInMemoryStore(DatabaseLockSuite):
    """On the store in memory."""

    @pytest.fixture
    async def store(self) -> InMemoryStore:
        store = InMemoryStore()
        await add_rooms(store)
        return store


@pytest.mark.database
@pytest.mark.usefixtures("committed_database")
class TestLocksInDatabase(DatabaseLockSuite):
    """On the database."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[OrmStore]:
        store = OrmStore()
        await add_rooms(store)
        yield store
        await store.close()
