"""Answers that another process writes: whatever arrives of them, clients see whole streams."""

import asyncio
from typing import Any

import pytest

from channels_app import StreamChunk, StreamEnd, StreamStart
from channels_app.channels.connections import Connection, ConnectionRegistry
from channels_app.channels.remote_streams import RemoteStreams
from channels_app.channels.stream_frames import StreamSnapshot
from rooms.domain.event import RoomEvent
from tests.channels_app.stream_client import Client, types
from tests.channels_app.values import ROOM, make_event
from tests.steps import until

ANSWER = make_event("Good day", channel_id="agent", sender=None, index=7)


def snapshot(seq: int, text: str, **fields: Any) -> StreamSnapshot:
    return StreamSnapshot(
        stream_id="s1", event_id=ANSWER.id, source=ANSWER.source, seq=seq, text=text, **fields
    )


GROWING = [snapshot(0, ""), snapshot(1, "Good "), snapshot(2, "Good day")]
END = snapshot(2, "Good day", event=ANSWER)


@pytest.fixture
def registry() -> ConnectionRegistry:
    return ConnectionRegistry("chat")


def add(registry: ConnectionRegistry, name: str = "c1") -> Client:
    client = Client()
    registry.add(Connection(name, client.send, client.send_frame, ROOM))
    return client


def add_plain(registry: ConnectionRegistry) -> Client:
    client = Client()
    registry.add(Connection("plain", client.send, None, ROOM))
    return client


@pytest.fixture
def client(registry: ConnectionRegistry) -> Client:
    return add(registry)


@pytest.fixture
def streams(registry: ConnectionRegistry) -> RemoteStreams:
    return RemoteStreams(registry)


async def take(streams: RemoteStreams, client: Client, *snapshots: StreamSnapshot) -> None:
    """Take snapshots, each once the client was shown the one before."""
    for each in snapshots:
        await streams.take(ROOM, each)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_client_sees_the_stream_as_if_it_were_written_here(
    streams: RemoteStreams, client: Client
) -> None:
    await take(streams, client, *GROWING, END)

    assert types(client.frames) == ["stream_start", "stream_chunk", "stream_chunk", "stream_end"]
    assert client.chunks == [(1, "Good ", "Good "), (2, "day", "Good day")]
    assert len(streams) == 0


async def test_frames_carry_the_ids_of_the_writer(streams: RemoteStreams, client: Client) -> None:
    await take(streams, client, *GROWING, END)

    assert {(each.stream_id, each.event_id) for each in client.frames} == {("s1", ANSWER.id)}


async def test_lost_start_is_made_up_from_any_later_part(
    streams: RemoteStreams, client: Client
) -> None:
    await take(streams, client, GROWING[2])

    start, chunk = client.frames
    assert isinstance(start, StreamStart)
    assert start.source == ANSWER.source
    assert isinstance(chunk, StreamChunk)
    assert chunk.text == "Good day"


async def test_part_that_came_twice_or_late_is_not_shown_again(
    streams: RemoteStreams, client: Client
) -> None:
    await take(streams, client, GROWING[1], GROWING[2], GROWING[1], GROWING[2])

    assert [text for _, _, text in client.chunks] == ["Good ", "Good day"]


async def test_nothing_follows_the_end(streams: RemoteStreams, client: Client) -> None:
    await take(streams, client, *GROWING, END)
    shown = len(client.frames)

    await take(streams, client, GROWING[1], END)

    assert len(client.frames) == shown


async def test_lost_chunks_are_in_the_end(streams: RemoteStreams, client: Client) -> None:
    await take(streams, client, GROWING[0], END)

    assert types(client.frames) == ["stream_start", "stream_chunk", "stream_end"]
    assert isinstance(client.frames[-1], StreamEnd)
    assert client.frames[-1].event == ANSWER


async def test_end_of_a_stream_of_which_all_was_lost_is_an_event(
    streams: RemoteStreams, client: Client
) -> None:
    await take(streams, client, END)

    assert (client.frames, client.events) == ([], [ANSWER])


async def test_failure_of_a_stream_of_which_all_was_lost_is_told_to_nobody(
    streams: RemoteStreams, client: Client
) -> None:
    await take(streams, client, snapshot(2, "Good day", error="blocked"))

    assert (client.frames, client.events) == ([], [])


async def test_client_without_frames_gets_the_final_event_once(
    streams: RemoteStreams, registry: ConnectionRegistry, client: Client
) -> None:
    plain = add_plain(registry)

    await take(streams, client, *GROWING, END)

    assert (plain.events, client.events) == ([ANSWER], [])


async def test_client_who_comes_in_the_middle_sees_all_there_is(
    streams: RemoteStreams, registry: ConnectionRegistry, client: Client
) -> None:
    await take(streams, client, GROWING[1])
    late = add(registry, "c2")

    await take(streams, late, GROWING[2])

    assert late.chunks == [(2, "Good day", "Good day")]


async def test_stored_event_ends_a_stream_whose_writer_is_gone(
    streams: RemoteStreams, registry: ConnectionRegistry, client: Client
) -> None:
    plain = add_plain(registry)
    await take(streams, client, GROWING[1])

    ended = await streams.end_with(ANSWER)

    assert ended
    assert types(client.frames)[-1] == "stream_end"
    assert (plain.events, client.events) == ([ANSWER], [])


async def test_event_of_no_stream_ends_none(streams: RemoteStreams, client: Client) -> None:
    await take(streams, client, GROWING[1])

    assert not await streams.end_with(make_event("something else"))
    assert len(streams) == 1


async def test_writer_that_falls_silent_is_given_up(streams: RemoteStreams, client: Client) -> None:
    streams.silence_s = 0.01
    await take(streams, client, GROWING[1])

    await until(lambda: types(client.frames)[-1] == "stream_error")

    assert client.frames[-1].model_dump()["error"] == "generation_failed"
    assert len(streams) == 0


async def test_sign_of_life_keeps_a_stream_open(streams: RemoteStreams, client: Client) -> None:
    streams.silence_s = 0.01
    await take(streams, client, GROWING[1])
    streams.silence_s = 60.0

    await take(streams, client, GROWING[1])
    await asyncio.sleep(0.03)

    assert "stream_error" not in types(client.frames)


async def test_writer_that_is_heard_of_again_begins_anew(
    streams: RemoteStreams, client: Client
) -> None:
    streams.silence_s = 0.01
    await take(streams, client, GROWING[1])
    await until(lambda: types(client.frames)[-1] == "stream_error")
    streams.silence_s = 60.0

    await take(streams, client, GROWING[2], END)

    assert types(client.frames)[-3:] == ["stream_start", "stream_chunk", "stream_end"]


async def test_forgotten_streams_leave_no_task_behind(
    streams: RemoteStreams, client: Client
) -> None:
    await take(streams, client, GROWING[1])

    streams.clear()
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_snapshot_survives_the_wire() -> None:
    assert StreamSnapshot.model_validate_json(END.model_dump_json()) == END
    assert isinstance(END.event, RoomEvent)
