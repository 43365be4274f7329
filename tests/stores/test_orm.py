"""The ORM store passes the contract, in the portable form and in the database's own."""

from collections.abc import AsyncIterator

import pytest

from rooms.stores.orm import OrmStore
from rooms.testing.store_suite import RoomLaneSuite, StoreSuite

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]


class TestOrmStore(StoreSuite):
    """The shared contract."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[OrmStore]:
        store = OrmStore()
        yield store
        await store.close()


class TestPortableOrmStore(StoreSuite):
    """The shared contract, answered without anything a database does better."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[OrmStore]:
        store = OrmStore(portable=True)
        yield store
        await store.close()


class TestOrmRoomLanes(RoomLaneSuite):
    """The contract of lanes that are whole rooms, in both forms."""

    @pytest.fixture(params=[False, True], ids=["own form", "portable"])
    async def store(self, request: pytest.FixtureRequest) -> AsyncIterator[OrmStore]:
        store = OrmStore(portable=request.param, lane_scope="room")
        yield store
        await store.close()
