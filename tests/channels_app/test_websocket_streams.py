"""The frames of an answer in the making, and who gets the final event instead."""

import pytest

from channels_app import (
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
    WebSocketChannel,
)
from rooms.answer_stream import AnswerStream
from rooms.domain.content import TextContent
from tests.channels_app.stream_client import Client, show, source, types
from tests.channels_app.values import ROOM, make_event


@pytest.fixture
def channel() -> WebSocketChannel:
    return WebSocketChannel("chat")


@pytest.fixture
def client(channel: WebSocketChannel) -> Client:
    """A streaming client of the channel."""
    connected = Client()
    channel.register_connection("c1", connected.send, stream_send_fn=connected.send_frame)
    return connected


async def test_every_delta_is_a_chunk_with_all_text_so_far(
    channel: WebSocketChannel, client: Client
) -> None:
    await show(channel, source("Hel", "lo ", "there"))

    assert types(client.frames) == ["stream_start"] + ["stream_chunk"] * 3 + ["stream_end"]
    assert client.chunks == [(1, "Hel", "Hel"), (2, "lo ", "Hello "), (3, "there", "Hello there")]


async def test_frames_of_a_stream_share_room_stream_and_event(
    channel: WebSocketChannel, client: Client
) -> None:
    event = make_event("", channel_id="agent", sender=None)

    await show(channel, source("Hello"), event)

    assert {frame.room_id for frame in client.frames} == {ROOM}
    assert {frame.event_id for frame in client.frames} == {event.id}
    assert len({frame.stream_id for frame in client.frames}) == 1


async def test_two_streams_have_different_ids(channel: WebSocketChannel, client: Client) -> None:
    await show(channel, source("one"))
    await show(channel, source("two"))

    assert len({frame.stream_id for frame in client.frames}) == 2


async def test_start_names_who_speaks(channel: WebSocketChannel, client: Client) -> None:
    event = make_event("", channel_id="agent", sender=None)

    await show(channel, source("Hello"), event)

    start = client.frames[0]
    assert isinstance(start, StreamStart)
    assert start.source == event.source


async def test_end_of_a_plain_stream_is_the_event_with_the_whole_text(
    channel: WebSocketChannel, client: Client
) -> None:
    event = make_event("", channel_id="agent", sender=None)

    await show(channel, source("Hel", "lo"), event)

    end = client.frames[-1]
    assert isinstance(end, StreamEnd)
    assert end.event == event.model_copy(update={"content": TextContent(body="Hello")})


async def test_end_of_an_answer_is_what_was_stored(
    channel: WebSocketChannel, client: Client
) -> None:
    stored = make_event("He**o", channel_id="agent", sender=None, index=7)
    answer = AnswerStream()
    answer.feed("Hello")
    answer.finish(stored)

    await show(channel, answer)

    end = client.frames[-1]
    assert isinstance(end, StreamEnd)
    assert end.event is stored


async def test_blocked_answer_is_taken_back(channel: WebSocketChannel, client: Client) -> None:
    plain = Client()
    channel.register_connection("c2", plain.send)
    answer = AnswerStream()
    answer.feed("something bad")
    answer.finish(None)

    await show(channel, answer)

    end = client.frames[-1]
    assert isinstance(end, StreamError)
    assert end.error == "blocked"
    assert plain.events == []


async def test_empty_stream_starts_and_ends(channel: WebSocketChannel, client: Client) -> None:
    await show(channel, source())

    assert types(client.frames) == ["stream_start", "stream_end"]


async def test_client_without_frames_gets_the_final_event_once(
    channel: WebSocketChannel, client: Client
) -> None:
    plain = Client()
    channel.register_connection("c2", plain.send)

    await show(channel, source("Hel", "lo"))

    assert [event.content for event in plain.events] == [TextContent(body="Hello")]
    assert client.events == []


async def test_clients_of_other_rooms_see_nothing(channel: WebSocketChannel) -> None:
    stranger = Client()
    channel.register_connection(
        "c1", stranger.send, stream_send_fn=stranger.send_frame, room_id="room-2"
    )

    await show(channel, source("Hello"))

    assert (stranger.frames, stranger.events) == ([], [])


def test_frames_have_the_promised_wire_names() -> None:
    chunk = StreamChunk(room_id=ROOM, stream_id="s1", delta="lo", text="Hello")

    assert chunk.model_dump() == {
        "type": "stream_chunk",
        "room_id": ROOM,
        "stream_id": "s1",
        "event_id": "",
        "seq": 0,
        "delta": "lo",
        "text": "Hello",
    }
