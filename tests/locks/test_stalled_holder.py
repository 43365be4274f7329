"""A process stands still in a hook for longer than its lock lasts: it commits nothing unjudged."""

import asyncio
from collections.abc import Callable
from threading import Event, Thread
from uuid import uuid4

import pytest

from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, RoomKit
from rooms.assembly import Sharing
from rooms.locks.base import RoomLockManager
from rooms.locks.database import DatabaseLockManager
from rooms.locks.redis import RedisLockManager
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.memory import InMemoryStore
from rooms.testing.lock_suite import MORTAL_LEASE_S, PATIENCE_S
from tests.addresses import REDIS_URL
from tests.kit_fixtures import MakeKit, make_kit
from tests.scene import Scene

__all__ = ["make_kit"]

SHARED = Sharing(dispatch=Dispatch(is_shared=True))

MakeLocks = Callable[[str], RoomLockManager]


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


@pytest.fixture(params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def make_locks(request: pytest.FixtureRequest, store: InMemoryStore) -> MakeLocks:
    prefix = f"roomkit-test-{uuid4().hex}"

    def make(owner: str) -> RoomLockManager:
        if request.param == "redis":
            return RedisLockManager(REDIS_URL, seconds=MORTAL_LEASE_S, prefix=prefix)
        return DatabaseLockManager(store, owner=owner, seconds=MORTAL_LEASE_S)

    return make


class Other:
    """Another process, which says something as soon as it is told and gets the room."""

    def __init__(self, store: InMemoryStore, locks: RoomLockManager) -> None:
        self.may_begin, self.has_said = Event(), Event()
        self._store = store
        self._locks = locks
        self._thread = Thread(target=self._live)

    def __enter__(self) -> "Other":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_begin.set()
        self._thread.join(PATIENCE_S)

    def _live(self) -> None:
        self.may_begin.wait(PATIENCE_S)
        asyncio.run(self._speak())

    async def _speak(self) -> None:
        scene = Scene(RoomKit(self._store, lock_manager=self._locks, sharing=SHARED))
        scene.kit.register_channel(scene.person)
        await scene.say("from elsewhere")
        self.has_said.set()
        await scene.kit.close()
        await self._locks.close()


async def test_hook_judges_the_room_again_if_another_was_there_meanwhile(
    make_kit: MakeKit, make_locks: MakeLocks, store: InMemoryStore
) -> None:
    locks = make_locks("one")
    scene = Scene(make_kit(lock_manager=locks, sharing=SHARED))
    await scene.open()
    saw: list[int] = []

    with Other(store, make_locks("two")) as other:

        @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
        async def stand_still(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
            saw.append(context.room.event_count)
            other.may_begin.set()
            other.has_said.wait(PATIENCE_S)
            return HookResult.allow()

        said = await scene.say("from here")

    await locks.close()
    assert said.event is not None
    assert (len(saw), saw[-1]) == (2, said.event.index)
