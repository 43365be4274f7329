"""When goes out what the host says on its own account: at once, in quiet moments, gathered."""

import asyncio
from typing import Any

import pytest

from rooms import (
    CompositeContent,
    DeliveryRequest,
    DeliveryStrategy,
    EventStatus,
    MediaContent,
    Queued,
    RoomClosedError,
    RoomContext,
    RoomEvent,
    TextContent,
    WaitForIdle,
)
from rooms.domain.content import text_of
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene
from tests.steps import until

Task = asyncio.Task[RoomEvent | None]


def deliver(scene: Scene, body: str, **options: Any) -> Task:
    """Begin a proactive delivery."""
    room_id = options.pop("room_id", ROOM)
    return asyncio.ensure_future(scene.kit.deliver(room_id, TextContent(body=body), **options))


class Thinker(ScriptedAgent):
    """An agent that thinks until it is let go."""

    def __init__(self) -> None:
        super().__init__("thinker", self._think)
        self.free = asyncio.Event()

    async def _think(self, event: RoomEvent, context: RoomContext) -> None:
        await self.free.wait()


class Busy:
    """A room in which an agent is thinking about what the person has said."""

    def __init__(self, scene: Scene, agent: Thinker, saying: "asyncio.Future[Any]") -> None:
        self.scene = scene
        self.agent = agent
        self._saying = saying

    async def end(self) -> None:
        """Let the agent come to its end, and the person's message with it."""
        self.agent.free.set()
        await self._saying


@pytest.fixture
async def busy(scene: Scene) -> Busy:
    agent = await scene.add(Thinker())
    saying = asyncio.ensure_future(scene.say("hello"))
    await until(lambda: len(agent.asked) == 1)
    return Busy(scene, agent, saying)


# -- at once


@pytest.mark.parametrize("strategy", [None, "immediate"])
async def test_content_goes_out_at_once_to_every_transport(
    scene: Scene, strategy: str | None
) -> None:
    phone = await scene.add(Recorder("phone"))

    event = await scene.kit.deliver(ROOM, TextContent(body="news"), strategy=strategy)

    assert event is not None
    assert event.status is EventStatus.DELIVERED
    assert event.source.channel_id == "system"
    assert bodies(phone.delivered) == bodies(scene.person.delivered) == ["news"]


async def test_immediate_delivery_does_not_wait_for_a_thinking_agent(busy: Busy) -> None:
    delivering = deliver(busy.scene, "news")

    await busy.scene.person.until_delivered(1)

    assert bodies(busy.scene.person.delivered) == ["news"]
    await delivering
    await busy.end()


async def test_agents_are_not_asked(scene: Scene) -> None:
    agent = await scene.add(ScriptedAgent("bot", "answer"))

    await scene.kit.deliver(ROOM, TextContent(body="news"))

    assert agent.asked == []


async def test_agent_remembers_what_was_said_to_the_people(scene: Scene) -> None:
    agent = await scene.add(ScriptedAgent("bot", "answer"))
    await scene.kit.deliver(ROOM, TextContent(body="news"))

    await scene.say("what news?")

    assert agent.asked[0].prompt == ["news", "what news?"]


async def test_metadata_is_kept_with_the_event(scene: Scene) -> None:
    event = await scene.kit.deliver(ROOM, TextContent(body="news"), metadata={"campaign": "may"})

    assert event is not None
    assert event.metadata == {"campaign": "may"}


# -- when the room is quiet


async def test_delivery_waits_until_the_agent_has_ended(busy: Busy, clock: FakeClock) -> None:
    delivering = deliver(busy.scene, "news", strategy="wait_for_idle")

    await clock.advance(5)
    while_busy = bodies(busy.scene.person.delivered)
    await busy.end()
    await clock.advance(2)

    await delivering
    assert (while_busy, bodies(busy.scene.person.delivered)) == ([], ["news"])


async def test_delivery_waits_for_a_moment_of_quiet_first(scene: Scene, clock: FakeClock) -> None:
    delivering = deliver(scene, "news", strategy=WaitForIdle(buffer=1.0))

    await clock.advance(0.8)
    too_early = bodies(scene.person.delivered)
    await clock.advance(0.4)

    await delivering
    assert (too_early, bodies(scene.person.delivered)) == ([], ["news"])


@pytest.mark.parametrize(
    ("strategy", "timeout"),
    [
        ("wait_for_idle", 15.0),  # the default
        (WaitForIdle(playback_timeout=3.0), 3.0),
        ("queued", 15.0),
        (Queued(playback_timeout=3.0), 3.0),
    ],
)
async def test_delivery_goes_out_anyway_when_it_has_waited_too_long(
    busy: Busy, clock: FakeClock, strategy: DeliveryStrategy | str, timeout: float
) -> None:
    delivering = deliver(busy.scene, "news", strategy=strategy)

    await clock.advance(timeout - 0.5)
    too_early = bodies(busy.scene.person.delivered)
    await clock.advance(1)

    await delivering
    assert (too_early, bodies(busy.scene.person.delivered)) == ([], ["news"])
    await busy.end()


async def test_work_in_another_room_is_no_reason_to_wait(busy: Busy, clock: FakeClock) -> None:
    await busy.scene.kit.create_room("quiet")
    await busy.scene.kit.attach_channel("quiet", "person")
    delivering = deliver(busy.scene, "news", room_id="quiet", strategy="wait_for_idle")

    await clock.advance(2)

    assert bodies(busy.scene.person.delivered) == ["news"]
    await delivering
    await busy.end()


# -- gathered


async def test_queued_texts_of_a_room_go_out_as_one(scene: Scene, clock: FakeClock) -> None:
    delivering = [deliver(scene, body, strategy="queued") for body in ("one", "two", "three")]

    await clock.advance(2)

    events = await asyncio.gather(*delivering)
    assert bodies(scene.person.delivered) == ["one\n\ntwo\n\nthree"]
    assert len({event.id for event in events if event}) == 1


async def test_separator_can_be_chosen(scene: Scene, clock: FakeClock) -> None:
    queued = Queued(separator=" | ")
    delivering = [deliver(scene, body, strategy=queued) for body in ("one", "two")]

    await clock.advance(2)

    await asyncio.gather(*delivering)
    assert bodies(scene.person.delivered) == ["one | two"]


async def test_picture_among_queued_texts_is_not_lost(scene: Scene, clock: FakeClock) -> None:
    picture = MediaContent(url="https://shop.example/a.png", mime_type="image/png")
    delivering = [
        asyncio.ensure_future(scene.kit.deliver(ROOM, content, strategy="queued"))
        for content in (TextContent(body="look"), picture)
    ]

    await clock.advance(2)

    await asyncio.gather(*delivering)
    [event] = await scene.rows()
    assert isinstance(event.content, CompositeContent)
    assert event.content.parts == [TextContent(body="look"), picture]


async def test_rooms_have_queues_of_their_own(scene: Scene, clock: FakeClock) -> None:
    await scene.kit.create_room("second")
    await scene.kit.attach_channel("second", "person")
    queued = Queued()
    delivering = [
        deliver(scene, f"for {room_id}", room_id=room_id, strategy=queued)
        for room_id in (ROOM, "second")
    ]

    await clock.advance(2)

    await asyncio.gather(*delivering)
    assert [(e.room_id, *bodies([e])) for e in scene.person.delivered] == [
        (ROOM, "for room"),
        ("second", "for second"),
    ]


async def test_text_that_comes_after_a_batch_opens_the_next(scene: Scene, clock: FakeClock) -> None:
    first = deliver(scene, "one", strategy="queued")
    await clock.advance(2)
    second = deliver(scene, "two", strategy="queued")

    await clock.advance(2)

    await asyncio.gather(first, second)
    assert bodies(scene.person.delivered) == ["one", "two"]


async def test_batch_goes_out_although_the_caller_who_opened_it_is_gone(
    scene: Scene, clock: FakeClock
) -> None:
    first = deliver(scene, "one", strategy="queued")
    second = deliver(scene, "two", strategy="queued")
    await clock.advance(0.5)

    first.cancel()
    await clock.advance(2)

    assert await second is not None
    assert bodies(scene.person.delivered) == ["one\n\ntwo"]


async def test_batch_that_cannot_be_sent_fails_for_everybody_in_it(
    scene: Scene, clock: FakeClock
) -> None:
    delivering = [deliver(scene, body, strategy="queued") for body in ("one", "two")]
    await clock.settle()
    await scene.kit.close_room(ROOM)

    await clock.advance(2)

    results = await asyncio.gather(*delivering, return_exceptions=True)
    assert [type(result) for result in results] == [RoomClosedError, RoomClosedError]


# -- a strategy of one's own


class Shouting(DeliveryStrategy):
    """Sends in capitals."""

    async def deliver(self, request: DeliveryRequest) -> RoomEvent:
        """Send at once, louder."""
        return await request.send(TextContent(body=text_of(request.content).upper()))


async def test_host_may_bring_a_strategy_of_its_own(scene: Scene) -> None:
    await scene.kit.deliver(ROOM, TextContent(body="news"), strategy=Shouting())

    assert bodies(scene.person.delivered) == ["NEWS"]
