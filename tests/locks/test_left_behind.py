"""A task that a hook left behind commits under the lease it came in with, or enters anew."""

import asyncio

import pytest

from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, RoomKit, TextContent
from rooms.assembly import Sharing
from rooms.locks.database import DatabaseLockManager
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.memory import InMemoryStore
from rooms.testing.lock_suite import PATIENCE_S
from rooms.testing.rig import bodies
from rooms.testing.shared_state_suite import eventually
from tests.kit_fixtures import MakeKit, make_kit
from tests.scene import ROOM, Scene

__all__ = ["make_kit"]

SHARED = Sharing(dispatch=Dispatch(is_shared=True))


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


def make_process(make_kit: MakeKit, store: InMemoryStore, name: str) -> RoomKit:
    locks = DatabaseLockManager(store, owner=name, seconds=60)
    return make_kit(lock_manager=locks, sharing=SHARED)


class Leaver:
    """A hook that leaves a task behind, which says "aside" and is held in its own hook."""

    def __init__(self, kit: RoomKit) -> None:
        self.saw: list[tuple[str, int]] = []
        self.is_inside, self.may_go_on = asyncio.Event(), asyncio.Event()
        self._kit = kit
        self._left: list[asyncio.Task[object]] = []

    async def listen(self, event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        body = event.content.body if isinstance(event.content, TextContent) else ""
        self.saw.append((body, context.room.latest_index))
        if body == "hello":
            aside = self._kit.send_event(ROOM, "person", TextContent(body="aside"))
            self._left.append(asyncio.create_task(aside))
            await self.is_inside.wait()
        else:
            self.is_inside.set()
            await self.may_go_on.wait()
        return HookResult.allow()

    async def end(self) -> None:
        self.may_go_on.set()
        await asyncio.gather(*self._left)


async def test_task_that_a_hook_left_behind_judges_the_room_anew_if_another_was_there(
    make_kit: MakeKit, store: InMemoryStore
) -> None:
    scene = Scene(make_process(make_kit, store, "one"))
    await scene.open()
    other = Scene(make_process(make_kit, store, "two"))
    other.kit.register_channel(other.person)
    leaver = Leaver(scene.kit)
    scene.kit.hook(HookTrigger.BEFORE_BROADCAST)(leaver.listen)

    async def is_stored() -> bool:
        return "hello" in bodies(await scene.rows())

    async with asyncio.timeout(PATIENCE_S):
        saying = asyncio.create_task(scene.say("hello"))
        await leaver.is_inside.wait()
        await eventually(is_stored)
        await other.say("from elsewhere")
        await leaver.end()
        await saying

    rows = await scene.rows()
    assert bodies(rows) == ["hello", "from elsewhere", "aside"]
    assert leaver.saw[-1] == ("aside", rows[1].index)
