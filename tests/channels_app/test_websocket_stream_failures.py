"""What becomes of a stream when its source fails, or when clients are slow, gone or late."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels_app import (
    StreamError,
    WebSocketChannel,
)
from rooms.domain.content import TextContent
from tests.channels_app.stream_client import Client, show, source


@pytest.fixture
def channel() -> WebSocketChannel:
    return WebSocketChannel("chat")


@pytest.fixture
def client(channel: WebSocketChannel) -> Client:
    """A streaming client of the channel."""
    connected = Client()
    channel.register_connection("c1", connected.send, stream_send_fn=connected.send_frame)
    return connected


async def test_failing_source_is_told_in_neutral_words_and_raised(
    channel: WebSocketChannel, client: Client
) -> None:
    plain = Client()
    channel.register_connection("c2", plain.send)

    with pytest.raises(RuntimeError, match="secret request id"):
        await show(channel, source("Hel", RuntimeError("secret request id 42")))

    end = client.frames[-1]
    assert isinstance(end, StreamError)
    assert (end.error, end.seq) == ("generation_failed", 1)
    assert "secret" not in end.model_dump_json()
    assert plain.events == []


async def test_failing_client_does_not_stop_the_stream(
    channel: WebSocketChannel, client: Client
) -> None:
    broken = Client()
    broken.broken = True
    channel.register_connection("c2", broken.send, stream_send_fn=broken.send_frame)

    await show(channel, source("a", "b", "c", "d"))

    assert client.frames[-1].type == "stream_end"
    assert channel.connection_count == 1


async def test_client_that_hangs_is_left_behind(channel: WebSocketChannel, client: Client) -> None:
    channel.connections.send_timeout_s = 0.0
    stuck = Client()
    stuck.gate.clear()
    channel.register_connection("c2", stuck.send, stream_send_fn=stuck.send_frame)

    await show(channel, source("a", "b"))

    assert client.frames[-1].type == "stream_end"
    assert stuck.frames == []


async def test_deltas_merge_only_while_a_client_is_busy(
    channel: WebSocketChannel, client: Client
) -> None:
    slow = Client()
    slow.gate.clear()
    channel.register_connection("c2", slow.send, stream_send_fn=slow.send_frame)

    async def deltas() -> AsyncIterator[str]:
        yield "a"
        await slow.waits.wait()
        yield "b"
        yield "c"
        assert [chunk[1] for chunk in client.chunks] == ["a", "b", "c"]
        slow.gate.set()

    await show(channel, deltas())

    assert slow.chunks == [(3, "abc", "abc")]


async def test_client_that_leaves_gets_no_more_frames(
    channel: WebSocketChannel, client: Client
) -> None:
    async def deltas() -> AsyncIterator[str]:
        yield "a"
        channel.unregister_connection("c1")
        yield "b"

    await show(channel, deltas())

    assert client.chunks == [(1, "a", "a")]
    assert client.events == []


async def test_client_that_comes_late_gets_the_final_event(
    channel: WebSocketChannel, client: Client
) -> None:
    late = Client()

    async def deltas() -> AsyncIterator[str]:
        yield "Hel"
        channel.register_connection("c2", late.send, stream_send_fn=late.send_frame)
        yield "lo"

    await show(channel, deltas())

    assert late.frames == []
    assert [event.content for event in late.events] == [TextContent(body="Hello")]


async def test_cancelled_stream_leaves_no_sender_behind(
    channel: WebSocketChannel, client: Client
) -> None:
    client.gate.clear()
    stream = asyncio.create_task(show(channel, source("Hello")))
    await client.waits.wait()

    stream.cancel()
    await asyncio.wait([stream])
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == {asyncio.current_task()}
