"""Who is connected to a chat channel, in which room, and what happens to failing clients."""

import asyncio
import inspect
import logging
from collections.abc import Callable

import pytest

from channels_app import StreamMessage, WebSocketChannel
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput
from tests.channels_app.values import ROOM, make_binding, make_context, make_event

OTHER_ROOM = "room-2"


class Client:
    """A connection that keeps what it is sent; `fails` lets it refuse."""

    def __init__(self) -> None:
        self.events: list[RoomEvent] = []
        self.attempts = 0
        self.fails: Callable[[], bool] = lambda: False

    async def send(self, connection_id: str, event: RoomEvent) -> None:
        self.attempts += 1
        if self.fails():
            raise ConnectionError(f"{connection_id} is gone")
        self.events.append(event)


async def take_frame(connection_id: str, frame: StreamMessage) -> None:
    """Accept a frame and forget it."""


async def hang(connection_id: str, event: RoomEvent) -> None:
    """Never finish sending."""
    await asyncio.Event().wait()


async def deliver(channel: WebSocketChannel, room_id: str = ROOM) -> RoomEvent:
    binding = make_binding(channel.channel_id, room_id=room_id)
    event = make_event(room_id=room_id)
    assert await channel.deliver(event, binding, make_context(binding)) == ChannelOutput.empty()
    return event


@pytest.fixture
def channel() -> WebSocketChannel:
    return WebSocketChannel("chat")


def test_constructor_takes_the_id_alone() -> None:
    assert list(inspect.signature(WebSocketChannel).parameters) == ["channel_id"]


def test_deliveries_to_the_chat_are_not_kept(channel: WebSocketChannel) -> None:
    assert channel.keeps_outbox is False


async def test_registered_connections_are_counted(channel: WebSocketChannel) -> None:
    channel.register_connection("c1", Client().send)
    channel.register_connection("c2", Client().send)
    channel.unregister_connection("c1")
    channel.unregister_connection("never registered")

    assert channel.connection_count == 1
    assert channel.info == {"connections": 1}


async def test_event_reaches_every_connection_of_the_room(channel: WebSocketChannel) -> None:
    clients = [Client(), Client(), Client()]
    for number, client in enumerate(clients):
        channel.register_connection(f"c{number}", client.send)

    event = await deliver(channel)

    assert [client.events for client in clients] == [[event]] * 3


async def test_rooms_of_one_channel_do_not_leak_into_each_other(channel: WebSocketChannel) -> None:
    here, there = Client(), Client()
    channel.register_connection("c1", here.send, room_id=ROOM)
    channel.register_connection("c2", there.send, room_id=OTHER_ROOM)

    event = await deliver(channel, ROOM)

    assert (here.events, there.events) == ([event], [])


async def test_connection_without_a_room_joins_the_only_room(channel: WebSocketChannel) -> None:
    client = Client()
    await channel.on_room_attached(ROOM, make_binding())
    channel.register_connection("c1", client.send)
    await channel.on_room_attached(OTHER_ROOM, make_binding(room_id=OTHER_ROOM))

    await deliver(channel, OTHER_ROOM)
    event = await deliver(channel, ROOM)

    assert client.events == [event]


async def test_connection_older_than_the_first_room_joins_it(channel: WebSocketChannel) -> None:
    client = Client()
    channel.register_connection("c1", client.send)

    event = await deliver(channel, ROOM)
    await deliver(channel, OTHER_ROOM)

    assert client.events == [event]


async def test_connection_without_a_room_is_refused_between_several(
    channel: WebSocketChannel,
) -> None:
    channel.update_binding(ROOM, make_binding())
    channel.update_binding(OTHER_ROOM, make_binding(room_id=OTHER_ROOM))

    with pytest.raises(ValueError, match=r"'chat' is attached to 2 rooms: .* room_id="):
        channel.register_connection("c1", Client().send)


async def test_connection_without_a_room_moves_on_when_its_room_is_detached(
    channel: WebSocketChannel,
) -> None:
    client = Client()
    await channel.on_room_attached(ROOM, make_binding())
    channel.register_connection("c1", client.send)

    await channel.on_room_detached(ROOM)
    event = await deliver(channel, OTHER_ROOM)

    assert client.events == [event]


async def test_connection_with_a_room_stays_in_it_when_it_is_detached(
    channel: WebSocketChannel,
) -> None:
    client = Client()
    channel.register_connection("c1", client.send, room_id=ROOM)
    channel.update_binding(ROOM, make_binding())

    await channel.on_room_detached(ROOM)
    await deliver(channel, OTHER_ROOM)
    event = await deliver(channel, ROOM)

    assert client.events == [event]


async def test_same_id_replaces_the_connection(channel: WebSocketChannel) -> None:
    former, present = Client(), Client()
    channel.register_connection("c1", former.send)
    channel.register_connection("c1", present.send)

    event = await deliver(channel)

    assert (former.events, present.events) == ([], [event])
    assert channel.connection_count == 1


async def test_streaming_support_follows_the_connections(channel: WebSocketChannel) -> None:
    seen = [channel.supports_streaming_delivery]
    channel.register_connection("c1", Client().send, stream_send_fn=take_frame)
    seen.append(channel.supports_streaming_delivery)
    channel.register_connection("c1", Client().send)
    seen.append(channel.supports_streaming_delivery)
    channel.register_connection("c2", Client().send, stream_send_fn=take_frame)
    seen.append(channel.supports_streaming_delivery)
    channel.unregister_connection("c2")
    seen.append(channel.supports_streaming_delivery)

    assert seen == [False, True, False, True, False]


async def test_only_rooms_with_a_streaming_client_are_streamed_to(
    channel: WebSocketChannel,
) -> None:
    channel.register_connection("c1", Client().send, stream_send_fn=take_frame, room_id=ROOM)
    channel.register_connection("c2", Client().send, room_id=OTHER_ROOM)

    assert await channel.streams_to(ROOM)
    assert not await channel.streams_to(OTHER_ROOM)


async def test_room_nobody_has_heard_of_streams_to_roomless_clients(
    channel: WebSocketChannel,
) -> None:
    channel.register_connection("c1", Client().send, stream_send_fn=take_frame)

    assert await channel.streams_to(ROOM)


async def test_failing_client_does_not_disturb_the_others(channel: WebSocketChannel) -> None:
    broken, sound = Client(), Client()
    broken.fails = lambda: True
    channel.register_connection("c1", broken.send)
    channel.register_connection("c2", sound.send)

    event = await deliver(channel)

    assert sound.events == [event]


async def test_client_is_dropped_after_three_failures_in_a_row(
    channel: WebSocketChannel, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Client()
    broken.fails = lambda: True
    channel.register_connection("c1", broken.send)

    for _ in range(4):
        await deliver(channel)

    assert (broken.attempts, channel.connection_count) == (3, 0)
    assert [each.levelno for each in caplog.records if each.levelno > logging.INFO] == [
        logging.WARNING
    ]


async def test_success_forgives_earlier_failures(channel: WebSocketChannel) -> None:
    shaky = Client()
    shaky.fails = lambda: shaky.attempts % 3 != 0
    channel.register_connection("c1", shaky.send)

    for _ in range(6):
        await deliver(channel)

    assert (shaky.attempts, channel.connection_count) == (6, 1)


async def test_send_that_takes_too_long_counts_as_a_failure(channel: WebSocketChannel) -> None:
    channel.connections.send_timeout_s = 0.0
    channel.register_connection("c1", hang)

    for _ in range(3):
        await deliver(channel)

    assert channel.connection_count == 0


def test_sends_may_take_five_seconds_by_default(channel: WebSocketChannel) -> None:
    assert channel.connections.send_timeout_s == 5.0


async def test_slow_client_does_not_hold_up_the_others(channel: WebSocketChannel) -> None:
    released = asyncio.Event()
    got_it = asyncio.Event()

    async def slow(connection_id: str, event: RoomEvent) -> None:
        await released.wait()

    async def quick(connection_id: str, event: RoomEvent) -> None:
        got_it.set()

    channel.register_connection("c1", slow)
    channel.register_connection("c2", quick)
    delivery = asyncio.create_task(deliver(channel))

    await got_it.wait()
    assert not delivery.done()
    released.set()
    await delivery


async def test_send_function_that_raises_before_awaiting_is_a_failure(
    channel: WebSocketChannel,
) -> None:
    def broken(connection_id: str, event: RoomEvent) -> None:
        raise RuntimeError("not even a coroutine")

    channel.register_connection("c1", broken)  # type: ignore[arg-type]  # the point of the test

    await deliver(channel)

    assert channel.connection_count == 1


async def test_closed_channel_has_no_connections(channel: WebSocketChannel) -> None:
    channel.register_connection("c1", Client().send)

    await channel.close()

    assert channel.connection_count == 0
