"""Saying what nobody asked for: in a quiet moment, gathered, once, until it is given up."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from rooms import DeliveryState, RetryPolicy, RoomEvent, RoomKit, TextContent
from rooms.assembly import Sharing
from rooms.domain.content import text_of
from rooms.domain.frozen import utc_now
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.ai.tasks.desk import ROOM, Desk
from tests.scene import Scene


@pytest.fixture
async def scene(clock: FakeClock) -> Scene:
    made = Scene(RoomKit(InMemoryStore(clock=clock.now), clock=clock))
    await made.open()
    return made


def deliver(scene: Scene, body: str, **options: Any) -> "asyncio.Task[RoomEvent | None]":
    return asyncio.ensure_future(scene.kit.deliver("room", TextContent(body=body), **options))


async def test_delivery_waits_while_somebody_writes(scene: Scene, clock: FakeClock) -> None:
    delivering = deliver(scene, "news", strategy="wait_for_idle")
    await clock.settle()
    await scene.kit.publish_typing("room", "person-1")

    await clock.advance(5)
    while_writing = bodies(scene.person.delivered)
    await scene.kit.publish_typing("room", "person-1", is_typing=False)
    await clock.advance(2)

    await delivering
    assert (while_writing, bodies(scene.person.delivered)) == ([], ["news"])


async def test_what_is_for_one_channel_is_not_gathered_with_what_is_for_all(
    scene: Scene, clock: FakeClock
) -> None:
    phone = await scene.add(Recorder("phone"))
    delivering = [
        deliver(scene, "for all", strategy="queued"),
        deliver(scene, "for the phone", strategy="queued", channel_id="phone"),
        deliver(scene, "that too", strategy="queued", channel_id="phone"),
    ]

    await clock.advance(2)

    await asyncio.gather(*delivering)
    assert bodies(scene.person.delivered) == ["for all"]
    assert sorted(bodies(phone.delivered)) == ["for all", "for the phone\n\nthat too"]


async def test_the_same_key_says_it_once(scene: Scene) -> None:
    said = [await deliver(scene, "news", idempotency_key="k") for _ in range(2)]

    assert len({event.id for event in said if event is not None}) == 1
    assert bodies(scene.person.delivered) == ["news"]


async def test_delivery_that_fails_for_good_stays_as_failed(scene: Scene, clock: FakeClock) -> None:
    phone = await scene.add(Recorder("phone"), retry_policy=RetryPolicy(max_retries=2))
    phone.fail = RuntimeError("down")

    delivering = deliver(scene, "news", channel_id="phone")
    await clock.advance(30)

    event = await delivering
    assert event is not None
    [job] = await scene.kit.store.list_deliveries("room", event_id=event.id)
    assert (job.state, job.attempts, job.error_code) == (DeliveryState.FAILED, 3, "RuntimeError")


async def test_one_agent_is_told_what_nobody_else_reads(scene: Scene) -> None:
    one = await scene.add(ScriptedAgent("one", "first"))
    other = await scene.add(ScriptedAgent("other"))

    told = await scene.kit.proactive.tell_agent("room", "one", TextContent(body="psst"), asks=False)
    await scene.say("hello")

    assert told is not None
    assert told.visibility == "one"
    assert [asked.prompt for asked in (one.asked[0], other.asked[0])] == [
        ["psst", "hello"],
        ["hello"],
    ]
    assert bodies(scene.person.delivered) == ["first"]


async def test_an_agent_that_is_asked_answers_to_everybody(scene: Scene) -> None:
    one = await scene.add(ScriptedAgent("one", "first"))

    await scene.kit.proactive.tell_agent("room", "one", TextContent(body="psst"), asks=True)

    assert [text_of(asked.event.content) for asked in one.asked] == ["psst"]
    assert bodies(scene.person.delivered) == ["first"]


@pytest.mark.database
@pytest.mark.usefixtures("committed_database")
async def test_delivery_waits_for_an_agent_of_another_process() -> None:
    clock = FakeClock(utc_now() + timedelta(seconds=1))
    sharing = Sharing(dispatch=Dispatch(runs_here=False, is_shared=True))
    desk = Desk(RoomKit(OrmStore(), clock=clock, sharing=sharing))
    await desk.open()
    await desk.kit.proactive.tell_agent(ROOM, "main", TextContent(body="go"), asks=True)
    news = TextContent(body="news")
    delivering = asyncio.ensure_future(desk.kit.deliver(ROOM, news, strategy="wait_for_idle"))

    while not delivering.done():
        await clock.advance(0.1)
        await asyncio.sleep(0.001)

    assert clock.monotonic() >= 15
    await desk.kit.close()
