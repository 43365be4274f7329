import json
from typing import Any

import pytest

from channels_app.channels.stream_frames import StreamChunk, StreamEnd, StreamStart
from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.feed import Watcher
from channels_app.consumers.hub import RoomHub
from channels_app.consumers.outbox import SocketOutbox
from channels_app.consumers.server_frames import ServerFrame
from rooms import (
    ChannelType,
    EphemeralEvent,
    EphemeralEventType,
    EventSource,
    EventStatus,
    InMemoryRealtime,
    InMemoryStore,
    RoomEvent,
    TextContent,
)
from rooms.realtime import LocalBus
from tests.steps import Seen

SOURCE = EventSource(channel_id="assistant", channel_type=ChannelType.AI)
IDS: dict[str, Any] = {"room_id": "r", "stream_id": "s", "event_id": "e"}
START = StreamStart(**IDS, source=SOURCE)
CHUNK = StreamChunk(**IDS, seq=1, delta="Good", text="Good")


def make_event(**fields: object) -> RoomEvent:
    usual = {"room_id": "r", "source": SOURCE, "content": TextContent(body="hi"), "index": 3}
    return RoomEvent.model_validate(usual | fields)


def make_watcher(participant_id: str = "p1") -> Watcher:
    return Watcher(participant_id, SocketOutbox())


async def take_all(watcher: Watcher) -> list[ServerFrame]:
    items = [await watcher.outbox.take() for _ in range(len(watcher.outbox))]
    return [item for item in items if isinstance(item, ServerFrame)]


async def kinds(watcher: Watcher) -> list[str]:
    return [json.loads(frame.text)["type"] for frame in await take_all(watcher)]


@pytest.fixture
def channel() -> WebSocketChannel:
    return WebSocketChannel("web-chat")


@pytest.fixture
async def realtime() -> InMemoryRealtime:
    return InMemoryRealtime()


@pytest.fixture
async def hub(realtime: InMemoryRealtime) -> RoomHub:
    return RoomHub(realtime, InMemoryStore(), LocalBus())


async def push(channel: WebSocketChannel, event: RoomEvent) -> None:
    for connection in channel.connections.in_room("r"):
        await connection.send_fn(connection.id, event)


async def stream(
    channel: WebSocketChannel, *messages: StreamStart | StreamChunk | StreamEnd
) -> None:
    for message in messages:
        for connection in channel.connections.in_room("r"):
            assert connection.stream_send_fn is not None
            await connection.stream_send_fn(connection.id, message)


async def test_many_sockets_of_a_room_are_one_connection(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    for _ in range(5):
        await hub.join(channel, "r", make_watcher())
    await hub.join(channel, "other", make_watcher())

    assert channel.connection_count == 2


async def test_event_is_encoded_once_for_all_watchers(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    watchers = [make_watcher(), make_watcher()]
    for watcher in watchers:
        await hub.join(channel, "r", watcher)

    await push(channel, make_event())

    [first], [second] = [await take_all(watcher) for watcher in watchers]
    assert first is second


async def test_blocked_event_is_shown_to_nobody(hub: RoomHub, channel: WebSocketChannel) -> None:
    watcher = make_watcher()
    await hub.join(channel, "r", watcher)

    await hub.show_own(channel, make_event(status=EventStatus.BLOCKED))

    assert await take_all(watcher) == []


async def test_own_event_is_shown_to_the_other_windows(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    speaker, other = make_watcher(), make_watcher()
    await hub.join(channel, "r", speaker)
    await hub.join(channel, "r", other)

    await hub.show_own(channel, make_event(), except_watcher=speaker)

    assert [await kinds(speaker), await kinds(other)] == [[], ["event"]]


async def test_last_watcher_takes_the_connection_away(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    first, second = make_watcher(), make_watcher()
    for watcher in (first, second):
        await hub.join(channel, "r", watcher)

    hub.leave(channel, "r", first)
    assert channel.connection_count == 1
    hub.leave(channel, "r", second)

    assert (channel.connection_count, hub.room_count) == (0, 0)


async def test_leaving_twice_is_harmless(hub: RoomHub, channel: WebSocketChannel) -> None:
    watcher = make_watcher()
    await hub.join(channel, "r", watcher)

    hub.leave(channel, "r", watcher)
    hub.leave(channel, "r", watcher)

    assert hub.room_count == 0


async def test_who_comes_in_the_middle_of_an_answer_sees_what_there_is(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    await hub.join(channel, "r", make_watcher())
    await stream(channel, START, CHUNK, CHUNK.model_copy(update={"seq": 2, "text": "Good day"}))
    late = make_watcher()

    await hub.join(channel, "r", late)

    start, chunk = [json.loads(frame.text) for frame in await take_all(late)]
    assert [start["type"], chunk["text"]] == ["stream_start", "Good day"]


async def test_answer_goes_on_for_a_reader_who_reconnects(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    first, second = make_watcher(), make_watcher()
    await hub.join(channel, "r", first)
    await stream(channel, START, CHUNK)

    hub.leave(channel, "r", first)
    await hub.join(channel, "r", second)
    await stream(channel, StreamEnd(**IDS, seq=2, event=make_event(id="e")))

    assert await kinds(second) == ["stream_start", "stream_chunk", "stream_end"]


async def test_answer_that_nobody_came_back_for_ends_the_connection(
    hub: RoomHub, channel: WebSocketChannel
) -> None:
    watcher = make_watcher()
    await hub.join(channel, "r", watcher)
    await stream(channel, START)
    hub.leave(channel, "r", watcher)

    await stream(channel, StreamEnd(**IDS, seq=1, event=make_event(id="e")))

    assert channel.connection_count == 0


async def test_typing_is_shown_to_everybody_but_the_writer(
    hub: RoomHub, channel: WebSocketChannel, realtime: InMemoryRealtime
) -> None:
    writer, reader = make_watcher("writer"), make_watcher("reader")
    seen: Seen[EphemeralEvent] = Seen()
    for watcher in (writer, reader):
        await hub.join(channel, "r", watcher)
    await realtime.subscribe_to_room("r", seen.note)

    event = EphemeralEvent(room_id="r", type=EphemeralEventType.TYPING_START, user_id="writer")
    await realtime.publish_to_room("r", event)
    await seen.until(1)

    assert [await kinds(writer), await kinds(reader)] == [[], ["typing"]]


@pytest.mark.parametrize("kind", [EphemeralEventType.THINKING_DELTA, EphemeralEventType.CUSTOM])
async def test_what_is_not_for_readers_passes_by(
    hub: RoomHub, channel: WebSocketChannel, realtime: InMemoryRealtime, kind: EphemeralEventType
) -> None:
    watcher = make_watcher()
    seen: Seen[EphemeralEvent] = Seen()
    await hub.join(channel, "r", watcher)
    await realtime.subscribe_to_room("r", seen.note)

    await realtime.publish_to_room("r", EphemeralEvent(room_id="r", type=kind, user_id="x"))
    await seen.until(1)

    assert await take_all(watcher) == []
