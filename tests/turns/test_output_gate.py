"""What an agent said before a take-over, and transports have not sent yet, is not sent any more."""

import asyncio

import pytest

from rooms import (
    DeliveryFailedError,
    DeliveryState,
    RetryPolicy,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.domain.job import DeliveryJob
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until, watch


async def rows_of(scene: Scene, channel_id: str) -> list[DeliveryJob]:
    """Return a channel's jobs, oldest first."""
    return list(reversed(await scene.kit.store.list_lane(ROOM, channel_id)))


@pytest.fixture
async def phone(scene: Scene) -> Recorder:
    return await scene.add(Recorder("phone"))


async def test_answer_that_waits_behind_a_slow_delivery_is_not_sent_after_a_take_over(
    scene: Scene, phone: Recorder
) -> None:
    failures = watch(scene.kit, "delivery_failed")
    await scene.add(ScriptedAgent("bot", "It shipped."))
    gate = phone.hold()
    saying = asyncio.ensure_future(scene.say())
    await scene.person.until_delivered(1)  # the answer is stored, and waits for the phone
    await scene.kit.take_over(ROOM, user_id="ada")
    gate.set()
    await saying

    assert bodies(phone.delivered) == ["hello"]
    [_, answer] = await rows_of(scene, "phone")
    assert (answer.state, answer.error_code) == (DeliveryState.DISCARDED, "stale_owner")
    assert [event.channel_id for event in await failures.until(1)] == ["phone"]
    assert bodies(await scene.rows())[1] == "It shipped."  # the timeline says what was said


async def test_answer_that_waits_for_its_retry_is_not_sent_after_a_take_over(
    make_kit: MakeKit,
) -> None:
    clock = FakeClock()
    scene = Scene(make_kit(clock=clock))
    await scene.open()
    phone = await scene.add(Recorder("phone"), retry_policy=RetryPolicy())

    async def answer(event: RoomEvent, context: RoomContext) -> str:
        await phone.until_delivered(1)
        phone.fail_next(DeliveryFailedError("busy"))
        return "It shipped."

    await scene.add(ScriptedAgent("bot", answer))
    await scene.say()  # the retry keeps nobody waiting
    await scene.kit.take_over(ROOM, user_id="ada")
    await clock.advance(1)
    await scene.kit.pipeline.parts.tasks.close(timeout=5)

    assert bodies(phone.delivered) == ["hello"]
    assert (await rows_of(scene, "phone"))[1].error_code == "stale_owner"


async def test_what_people_said_is_sent_whoever_took_over(scene: Scene, phone: Recorder) -> None:
    gate = phone.hold()
    saying = asyncio.ensure_future(
        scene.kit.send_event(ROOM, "person", TextContent(body="by a person"))
    )
    await until(lambda: bool(phone.attempted))
    second = asyncio.ensure_future(scene.say("and me"))
    await scene.kit.take_over(ROOM, user_id="ada")
    gate.set()
    await asyncio.gather(saying, second)

    assert bodies(phone.delivered) == ["by a person", "and me"]


async def test_agent_that_was_handed_the_room_back_is_heard(scene: Scene, phone: Recorder) -> None:
    await scene.add(ScriptedAgent("bot", "It shipped."))
    await scene.kit.take_over(ROOM, user_id="ada")
    await scene.kit.hand_back(ROOM, user_id="ada")
    await scene.say()

    assert bodies(phone.delivered) == ["hello", "It shipped."]
