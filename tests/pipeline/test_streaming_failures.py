"""Streams that break, readers that fail or lag, rooms that close meanwhile (RFC §10.5)."""

import asyncio
from collections.abc import AsyncIterator

from hooks import HookTrigger
from rooms import ChannelBinding, ChannelOutput, RoomContext, RoomEvent
from rooms.testing.rig import ScriptedAgent, Turn, bodies
from tests.scene import ROOM, Scene
from tests.steps import spy, until
from tests.viewers import ANSWER, WHOLE, Pen, Viewer

BROKEN = Turn(deltas=("It ", "shipped"), failure=RuntimeError("model is gone"))


async def test_broken_stream_keeps_its_first_half_and_reports(scene: Scene, viewer: Viewer) -> None:
    errors = spy(scene.kit, HookTrigger.ON_ERROR)
    await scene.add(ScriptedAgent("bot", BROKEN))

    result = await scene.say()

    [report] = await errors.until(1)
    assert str(result.error) == "model is gone"
    assert report.content.data["partial_text"] == "It shipped"
    assert bodies(await scene.rows()) == ["hello", "It shipped"]
    assert [(shown.text, str(shown.error)) for shown in viewer.streams] == [
        ("It shipped", "model is gone")
    ]


async def test_readers_that_do_not_stream_get_the_first_half(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", BROKEN))

    await scene.say()

    assert bodies(scene.person.delivered) == ["It shipped"]


class Broken(Viewer):
    """A reader that fails at the first word."""

    async def deliver_stream(
        self,
        text_stream: AsyncIterator[str],
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
    ) -> ChannelOutput:
        """Fail."""
        raise RuntimeError("socket is gone")


async def test_failing_reader_stops_neither_the_answer_nor_the_others(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(Broken("broken"))
    await scene.add(ScriptedAgent("bot", ANSWER))

    result = await scene.say()

    assert result.error is None
    assert [shown.text for shown in viewer.streams] == [WHOLE]
    assert bodies(await scene.rows()) == ["hello", WHOLE]


class Slow(Viewer):
    """A reader that is busy until it is let."""

    def __init__(self) -> None:
        super().__init__("slow")
        self.free = asyncio.Event()

    async def deliver_stream(
        self,
        text_stream: AsyncIterator[str],
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
    ) -> ChannelOutput:
        """Wait, then read."""
        await self.free.wait()
        return await super().deliver_stream(text_stream, event, binding, context)


async def test_slow_reader_holds_nobody_up_and_gets_the_text_joined(
    scene: Scene, viewer: Viewer
) -> None:
    slow = await scene.add(Slow())
    await scene.add(ScriptedAgent("bot", ANSWER))
    saying = asyncio.ensure_future(scene.say())
    await scene.person.until_delivered(1)
    quick = [shown.text for shown in viewer.streams]

    slow.free.set()
    await saying

    assert quick == [WHOLE]
    assert [shown.deltas for shown in slow.streams] == [[WHOLE]]


async def test_room_that_closes_meanwhile_takes_the_text_back(
    scene: Scene, viewer: Viewer, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say())
    pen.write("It ")
    await until(lambda: bool(viewer.streams and viewer.streams[0].deltas))

    await scene.kit.close_room(ROOM)
    pen.lay_down()
    await saying

    assert [shown.event for shown in viewer.streams] == [None]
    assert bodies(await scene.rows()) == ["hello"]
