"""A process that is asked to stop ends what it has begun and leaves the rest to others, at once."""

import asyncio
from typing import Any

import pytest

from rooms import DeliveryPolicy, DeliveryState, RoomKit
from rooms.serving.life import KitLife
from rooms.testing.clock import FakeClock
from rooms.testing.rig import PATIENCE_S, Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


class PushedRecorder(Recorder):
    """A recorder without rows, like the chat in the browser."""

    keeps_outbox = False


class Next:
    """The process that takes over."""

    def __init__(self, kit: RoomKit, clock: FakeClock) -> None:
        self.kit = kit
        self._clock = clock
        kit.register_channel(Recorder("person"))

    async def deliver(self, channel: Recorder) -> list[str]:
        """Take up what is free and return what was delivered."""
        self.kit.register_channel(channel)
        await self.kit.pipeline.resuming.take_up()
        await self._clock.settle()
        return bodies(channel.delivered)


@pytest.fixture
def successor(make_kit: MakeKit, clock: FakeClock) -> Next:
    return Next(make_kit(clock=clock), clock)


async def begin(scene: Scene, phone: Recorder, *said: str) -> "list[asyncio.Task[Any]]":
    """Say something until the first of it is being sent."""
    saying = [asyncio.create_task(scene.say(body)) for body in said]
    await phone.until_attempted(1)
    return saying


async def states(channel_id: str, kit: RoomKit) -> list[DeliveryState]:
    jobs = await kit.store.list_deliveries(ROOM)
    return [job.state for job in jobs if job.channel_id == channel_id]


async def test_what_has_begun_ends_and_the_rest_is_left_to_others(
    scene: Scene, clock: FakeClock, successor: Next
) -> None:
    phone = await scene.add(Recorder("phone"))
    gate = phone.hold()
    saying = await begin(scene, phone, "one", "two", "three")
    await clock.settle()

    stopping = asyncio.create_task(scene.kit.pipeline.stop(timeout=PATIENCE_S))
    await clock.settle()
    gate.set()
    await stopping
    await asyncio.gather(*saying)

    assert bodies(phone.delivered) == ["one"]
    assert await successor.deliver(Recorder("phone")) == ["two", "three"]
    assert await states("phone", scene.kit) == [DeliveryState.SENT] * 3


async def test_nobody_is_let_past_what_has_begun(
    scene: Scene, clock: FakeClock, successor: Next
) -> None:
    phone = await scene.add(Recorder("phone"))
    gate = phone.hold()
    saying = await begin(scene, phone, "one", "two")
    stopping = asyncio.create_task(scene.kit.pipeline.stop(timeout=PATIENCE_S))
    await clock.settle()

    meanwhile = await successor.deliver(Recorder("phone"))
    gate.set()
    await asyncio.gather(stopping, *saying)

    assert meanwhile == []


async def test_what_is_cut_off_is_given_back(scene: Scene, successor: Next) -> None:
    policy = {"delivery_policy": DeliveryPolicy.AT_LEAST_ONCE}
    phone = await scene.add(Recorder("phone"), **policy)
    phone.hold()
    saying = await begin(scene, phone, "one", "two")

    await scene.kit.pipeline.stop(timeout=0.01)
    await asyncio.gather(*saying)

    assert await successor.deliver(Recorder("phone")) == ["one", "two"]


async def test_what_is_committed_meanwhile_is_left_to_others(
    scene: Scene, clock: FakeClock, successor: Next
) -> None:
    phone = await scene.add(Recorder("phone"))
    chat = await scene.add(PushedRecorder("chat"))
    scene.kit.pipeline.lanes.stop()

    await scene.say("late")
    await clock.settle()

    assert (bodies(chat.delivered), phone.attempted) == (["late"], [])
    assert await successor.deliver(Recorder("phone")) == ["late"]


async def test_process_that_stops_takes_nothing_up(
    scene: Scene, clock: FakeClock, successor: Next
) -> None:
    await scene.add(Recorder("phone"))
    scene.kit.pipeline.lanes.stop()
    await scene.say("left")
    await clock.settle()

    resuming = scene.kit.pipeline.resuming
    taken = [await resuming.take_up(), await resuming.drain_lane(ROOM, "phone")]

    assert taken == [0, 0]
    assert await successor.deliver(Recorder("phone")) == ["left"]


async def test_server_that_stops_begins_nothing_more(
    scene: Scene, clock: FakeClock, successor: Next
) -> None:
    phone = await scene.add(Recorder("phone"))
    life = KitLife(lambda: scene.kit, has_worker=False)
    life.start()
    gate = phone.hold()
    saying = await begin(scene, phone, "one", "two")
    await clock.settle()

    stopping = asyncio.create_task(life.stop(timeout=PATIENCE_S))
    await clock.settle()
    gate.set()
    await asyncio.gather(stopping, *saying)

    assert bodies(phone.delivered) == ["one"]
    assert await successor.deliver(Recorder("phone")) == ["two"]
