"""What is said in one process is seen at the sockets of all: each kit here is one process."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from channels_app.channels.websocket import WebSocketChannel
from rooms import InboundMessage, RoomKit, TextContent
from rooms.testing.factories import make_event
from rooms.testing.rig import PATIENCE_S, Recorder, Turn
from tests.viewers import Pen
from tests.web.chat_socket import AGENT, CHANNEL, ROOM, ChatSocket, Frame, shown
from tests.web.sites import Site, open_site


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def site(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    async with open_site(request.param, monkeypatch) as made:
        yield made


async def read_growing(socket: ChatSocket, pen: Pen, words: Sequence[str]) -> list[Frame]:
    """Let a word be written whenever the one before it was shown."""
    frames: list[Frame] = []
    for word in words:
        pen.write(word)
        while not (frames and str(frames[-1].get("text", "")).endswith(word)):
            frames.append(await socket.read())
    return frames


async def test_reader_elsewhere_sees_the_answer_grow_and_end_as_stored(site: Site) -> None:
    pen, words = Pen(), [f"{number} " for number in range(6)]
    here, there = site.start(Turn(deltas=pen)), site.start()
    await site.open_room(here)
    async with site.window(here) as sender, site.window(there) as reader:
        await sender.say("m1", "count!")
        frames = await read_growing(reader, pen, words)
        pen.lay_down()
        end = await reader.until("stream_end")

    chunks = [frame["text"] for frame in frames if frame["type"] == "stream_chunk"]
    assert len(set(chunks)) >= 5
    assert chunks == sorted(chunks)
    assert end["event"]["content"]["body"] == "".join(words)


async def test_answer_is_streamed_by_a_process_without_any_sockets(site: Site) -> None:
    pen = Pen()
    worker, web = site.start(Turn(deltas=pen)), site.start()
    worker.register_channel(Recorder("sms", channel_type="sms"))
    await site.open_room(worker)
    await worker.attach_channel(ROOM, "sms")
    async with site.window(web) as reader:
        await write_by_sms(worker, "hi")
        frames = await read_growing(reader, pen, ["Good ", "day"])
        pen.lay_down()
        await reader.until("stream_end")

    assert [frame["type"] for frame in frames[:2]] == ["event", "stream_start"]


async def write_by_sms(kit: RoomKit, body: str) -> None:
    message = InboundMessage(
        channel_id="sms", sender_id="+4915100000", content=TextContent(body=body), room_id=ROOM
    )
    kit.pipeline.parts.tasks.spawn(kit.process_inbound(message))


async def test_event_reaches_the_sockets_of_all_processes_once(site: Site) -> None:
    first, second = site.start(), site.start()
    first.register_channel(Recorder("sms", channel_type="sms"))
    await site.open_room(first)
    await first.attach_channel(ROOM, "sms")
    async with site.window(first) as here, site.window(second) as there:
        for body in ("one", "two"):
            await write_by_sms(first, body)

        for window in (here, there):
            assert sorted(shown([await window.read(), await window.read()])) == ["one", "two"]


async def test_own_message_is_shown_to_the_other_window_elsewhere(site: Site) -> None:
    first, second = site.start(), site.start()
    await site.open_room(first)
    async with site.window(first) as speaker, site.window(second) as other:
        ack = await speaker.say("m1", "hello")
        frame = await other.until("event")
        await other.say("m2", "seen")
        frames = await speaker.collect("event")

    assert frame["event"]["id"] == ack["event_id"]
    assert shown(frames) == ["seen"]


async def test_blocked_message_is_shown_to_no_window_elsewhere(site: Site) -> None:
    first, second = site.start(), site.start()
    await site.open_room(first)
    async with site.window(first) as speaker, site.window(second) as other:
        await first.mute(ROOM, CHANNEL)
        await speaker.say("m1", "psst")
        await first.unmute(ROOM, CHANNEL)
        await speaker.say("m2", "hello")

        assert shown([await other.until("event")]) == ["hello"]


async def test_typing_is_shown_elsewhere(site: Site) -> None:
    first, second = site.start(), site.start()
    await site.open_room(first)
    async with site.window(second) as reader:
        await first.publish_typing(ROOM, "agent-7")

        frame = await reader.until("typing")

    assert (frame["user_id"], frame["is_typing"]) == ("agent-7", True)


async def test_reader_who_comes_in_the_middle_elsewhere_sees_the_answer_from_its_start(
    site: Site,
) -> None:
    pen = Pen()
    here, there = site.start(Turn(deltas=pen)), site.start()
    await site.open_room(here)
    async with site.window(here) as sender:
        await sender.say("m1", "hi")
        await read_growing(sender, pen, ["First "])
        async with site.window(there) as late:
            frames = await read_growing(late, pen, ["second"])
            pen.lay_down()
            await late.until("stream_end")

    assert [frame["type"] for frame in frames] == ["stream_start", "stream_chunk"]
    assert frames[-1]["text"] == "First second"


async def test_answer_that_fails_elsewhere_says_so(site: Site) -> None:
    failing = Turn(deltas=["I was"], failure=RuntimeError("key sk-123 is invalid"))
    here, there = site.start(failing), site.start()
    await site.open_room(here)
    async with site.window(here) as sender, site.window(there) as reader:
        await sender.say("m1", "hi")

        assert (await reader.until("stream_error"))["error"] == "generation_failed"


async def test_any_process_knows_that_a_room_is_watched_and_when_it_no_longer_is(
    site: Site,
) -> None:
    web, worker = site.start(), site.start()
    await site.open_room(web)
    channel = worker.get_channel(CHANNEL)
    assert isinstance(channel, WebSocketChannel)
    before = await channel.streams_to(ROOM)

    async with site.window(web):
        during = await channel.streams_to(ROOM)
    async with asyncio.timeout(PATIENCE_S):
        while await channel.streams_to(ROOM):  # noqa: ASYNC110 - leaving is told in the background
            await asyncio.sleep(0)

    assert (before, during) == (False, True)


async def test_events_that_the_layer_lost_are_shown_after_a_gap(site: Site) -> None:
    first, second = site.start(), site.start()
    await site.open_room(first)
    async with site.window(second) as reader:
        lost = await first.store.add_event_auto_index(ROOM, make_event("lost", channel_id=AGENT))
        await second.pipeline.parts.bus.tell_gap()

        frame = await reader.until("event")

    assert frame["event"]["id"] == lost.id
