"""A hook that sends into its own room leaves the room to the event that called it."""

import pytest

from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, TextContent
from rooms.locks.database import DatabaseLockManager
from rooms.stores.memory import InMemoryStore
from rooms.testing.lock_suite import PATIENCE_S, is_free
from rooms.testing.rig import bodies
from tests.kit_fixtures import MakeKit, make_kit
from tests.scene import ROOM, Scene

__all__ = ["make_kit"]


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


@pytest.fixture
async def scene(store: InMemoryStore, make_kit: MakeKit) -> Scene:
    scene = Scene(make_kit(lock_manager=DatabaseLockManager(store, owner="one", seconds=60)))
    await scene.open()
    return scene


async def test_room_stays_leased_while_its_hook_sends(scene: Scene, store: InMemoryStore) -> None:
    peer = DatabaseLockManager(store, owner="two", seconds=60)
    was_free: list[bool] = []

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, channel_ids={"person"})
    async def remark(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if not was_free:
            was_free.append(await is_free(peer))
            await scene.kit.send_event(ROOM, "person", TextContent(body="by the way"))
            was_free.append(await is_free(peer))
        return HookResult.allow()

    await scene.say("hello")
    assert was_free == [False, False]
    assert bodies(await scene.rows()) == ["by the way", "hello"]
    assert await is_free(peer, patience_s=PATIENCE_S)
