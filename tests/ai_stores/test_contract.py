"""What agents keep, in memory and in the database, keeps the one contract."""

from collections.abc import AsyncIterator

import pytest

from channels_app.ai.backing import store_beside
from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.store import AIStore
from channels_app.stores.agents.runs import DatabaseRuns
from channels_app.testing.ai_store_suite import AIStoreSuite
from channels_app.testing.ai_values import OTHER_ROOM, ROOM
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_room


class TestMemoryAIStore(AIStoreSuite):
    """The shared contract."""

    @pytest.fixture
    def store(self) -> AIStore:
        return build_memory_store()


@pytest.mark.database
@pytest.mark.usefixtures("committed_database")
class TestDatabaseAIStore(AIStoreSuite):
    """The shared contract, beside rooms in the database."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[AIStore]:
        rooms = OrmStore()
        for room_id in (ROOM, OTHER_ROOM):
            await rooms.create_room(make_room(room_id))
        yield store_beside(rooms)
        await rooms.close()


async def test_agents_keep_things_where_their_rooms_are() -> None:
    in_database, in_memory = OrmStore(), InMemoryStore()

    assert isinstance(store_beside(in_database).runs, DatabaseRuns)
    assert not isinstance(store_beside(in_memory).runs, DatabaseRuns)
    assert store_beside(in_database) is store_beside(in_database)
