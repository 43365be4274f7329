"""What other processes are told of an answer in the making, and how often."""

import asyncio

import pytest

from channels_app.channels.stream_frames import StreamSnapshot
from channels_app.channels.stream_publisher import MERGE_S, StreamPublisher
from channels_app.channels.websocket_streams import StreamProgress
from tests.channels_app.values import ROOM, make_event
from tests.steps import Seen

EVENT = make_event("", channel_id="agent", sender=None)


class Wire:
    """Collects snapshots; while its gate is closed, publishing waits."""

    def __init__(self) -> None:
        self.seen: Seen[tuple[float, StreamSnapshot]] = Seen()
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(self, snapshot: StreamSnapshot) -> None:
        self.seen.note((asyncio.get_running_loop().time(), snapshot))
        await self.gate.wait()

    @property
    def texts(self) -> list[str]:
        return [snapshot.text for _, snapshot in self.seen]


class Rig:
    """A publisher at work."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.progress = StreamProgress(ROOM, event_id=EVENT.id, source=EVENT.source)
        self.publisher = StreamPublisher(self.progress, self.wire.publish, keep_alive_s=60.0)
        self.task = asyncio.create_task(self.publisher.run())

    def write(self, *deltas: str) -> None:
        for delta in deltas:
            self.progress.add(delta)
            self.publisher.notify()

    async def say(self, delta: str) -> None:
        """Write the first delta and wait until it is out."""
        await self.wire.seen.until(1)
        self.write(delta)
        await self.wire.seen.until(2)

    async def end(self) -> None:
        self.progress.end(EVENT)
        self.publisher.notify()
        await self.task


@pytest.fixture
async def rig() -> Rig:
    return Rig()


async def test_start_and_first_words_go_out_at_once(rig: Rig) -> None:
    await rig.wire.seen.until(1)
    rig.write("Good ")

    [(began_at, start), (first_at, first)] = await rig.wire.seen.until(2)

    assert (start.text, first.text) == ("", "Good ")
    assert first_at - began_at < MERGE_S
    await rig.end()


async def test_words_that_follow_within_40_ms_go_out_together(rig: Rig) -> None:
    await rig.say("a")
    rig.write("b")
    rig.write("c")

    [_, (first_at, _), (second_at, second)] = await rig.wire.seen.until(3)

    assert (second.text, second.seq) == ("abc", 3)
    assert second_at - first_at >= MERGE_S * 0.9
    await rig.end()


async def test_words_merge_while_the_wire_is_busy(rig: Rig) -> None:
    await rig.wire.seen.until(1)
    rig.wire.gate.clear()
    await rig.say("a")
    await asyncio.sleep(2 * MERGE_S)  # long enough for another one, were the wire free
    rig.write("b", "c")
    rig.wire.gate.set()

    await rig.wire.seen.until(3)

    assert rig.wire.texts == ["", "a", "abc"]
    await rig.end()


async def test_end_does_not_wait(rig: Rig) -> None:
    await rig.say("a")
    first_at, _ = rig.wire.seen[-1]
    rig.write("b")
    await rig.end()

    last_at, last = rig.wire.seen[-1]
    assert (last.text, last.event, last.is_over) == ("ab", EVENT, True)
    assert last_at - first_at < MERGE_S


async def test_failure_is_published(rig: Rig) -> None:
    rig.progress.fail("blocked")
    rig.publisher.notify()
    await rig.task

    assert rig.wire.seen[-1][1].error == "blocked"


async def test_source_that_pauses_is_shown_to_be_alive() -> None:
    wire, progress = Wire(), StreamProgress(ROOM, event_id=EVENT.id, source=EVENT.source)
    task = asyncio.create_task(StreamPublisher(progress, wire.publish, keep_alive_s=0.01).run())

    await wire.seen.until(3)

    assert wire.texts == ["", "", ""]
    task.cancel()
    await asyncio.wait([task])
