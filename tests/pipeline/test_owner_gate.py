"""A take-over at the last moment before an agent's message goes out."""

import asyncio
from collections.abc import Sequence

from rooms import DeliveryState, Room, RoomKit
from rooms.domain.job import DeliveryFinish
from rooms.stores.memory import InMemoryStore
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene


class SlowStore(InMemoryStore):
    """A store that is slow to note that the phone's second message begins."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = asyncio.Event()
        self.answers = asyncio.Event()
        self.rooms_read = 0

    async def finish_deliveries(self, finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
        """Write, but the one only when it is let go."""
        jobs = await self.list_lane(ROOM, "phone")
        second = {jobs[0].id} if len(jobs) > 1 else set()
        if any(one.state is DeliveryState.SENDING and one.id in second for one in finishes):
            self.is_asked.set()
            await self.answers.wait()
        return await super().finish_deliveries(finishes)

    async def get_room(self, room_id: str) -> Room | None:
        """Count how often somebody asks for a room alone."""
        self.rooms_read += 1
        return await super().get_room(room_id)


async def test_take_over_while_it_is_noted_that_sending_begins_withholds_the_answer() -> None:
    slow = SlowStore()
    scene = Scene(RoomKit(slow))
    await scene.open()
    phone = await scene.add(Recorder("phone"))
    await scene.add(ScriptedAgent("bot", "It shipped."))
    saying = asyncio.ensure_future(scene.say())
    await slow.is_asked.wait()
    await scene.kit.take_over(ROOM, user_id="ada")
    slow.answers.set()
    await saying

    assert bodies(phone.delivered) == ["hello"]
    answer = (await slow.list_lane(ROOM, "phone"))[0]
    assert (answer.state, answer.error_code) == (DeliveryState.DISCARDED, "stale_owner")
    await scene.kit.close()


async def test_people_s_messages_cost_no_look_at_the_owner() -> None:
    slow = SlowStore()
    scene = Scene(RoomKit(slow))
    await scene.open()
    phone = await scene.add(Recorder("phone"))
    await scene.say()

    assert (bodies(phone.delivered), slow.rooms_read) == (["hello"], 0)
    await scene.kit.close()
