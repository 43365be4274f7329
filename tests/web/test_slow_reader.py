"""A client that stops reading holds up nobody and costs a bounded amount of memory."""

import asyncio
from typing import Any

import pytest

from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.hub import get_hub
from channels_app.consumers.outbox import CAPACITY
from channels_app.consumers.room import room_consumer
from rooms import ChannelType, EventSource, RoomEvent, RoomKit, TextContent
from tests.web.chat_socket import CHANNEL, ROOM, greeted, shown, visitor_cookies

SOURCE = EventSource(channel_id="sms", channel_type=ChannelType.SMS)


class StuckClient:
    """The server's side of a socket whose client takes only so many messages."""

    def __init__(self, takes: int) -> None:
        self.sent: list[dict[str, Any]] = []
        self.greeted = asyncio.Event()
        self._room_left = asyncio.Semaphore(takes)
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})

    async def receive(self) -> dict[str, Any]:
        return await self._incoming.get()

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] != "websocket.close":
            await self._room_left.acquire()
        self.sent.append(message)
        if message["type"] == "websocket.send":
            self.greeted.set()


@pytest.fixture
def scope() -> dict[str, Any]:
    return {
        "type": "websocket",
        "query_string": b"",
        "url_route": {"kwargs": {"room_id": ROOM}},
        "cookies": visitor_cookies(),
        "user": None,
    }


async def push(kit: RoomKit, count: int) -> None:
    for index in range(count):
        event = RoomEvent(
            room_id=ROOM, source=SOURCE, content=TextContent(body=f"{index}"), index=100 + index
        )
        channel = kit.get_channel(CHANNEL)
        assert isinstance(channel, WebSocketChannel)
        await get_hub(kit).show_own(channel, event)


async def test_reader_who_falls_too_far_behind_is_closed_with_4408(
    kit: RoomKit, room: str, scope: dict[str, Any]
) -> None:
    client = StuckClient(takes=2)
    serving = asyncio.create_task(room_consumer(scope, client.receive, client.send))
    await asyncio.wait_for(client.greeted.wait(), timeout=5)

    await push(kit, CAPACITY + 10)
    await asyncio.wait_for(serving, timeout=5)

    assert client.sent[-1] == {"type": "websocket.close", "code": 4408}
    assert get_hub(kit).room_count == 0


async def test_slow_reader_does_not_hold_up_the_others(
    kit: RoomKit, room: str, scope: dict[str, Any]
) -> None:
    stuck = StuckClient(takes=2)
    serving = asyncio.create_task(room_consumer(scope, stuck.receive, stuck.send))
    await asyncio.wait_for(stuck.greeted.wait(), timeout=5)
    async with greeted() as other:
        await push(kit, 20)

        assert shown([await other.read() for _ in range(20)]) == [str(n) for n in range(20)]
    serving.cancel()
    await asyncio.wait([serving])


async def test_server_that_stops_takes_the_socket_off_the_room(
    kit: RoomKit, room: str, scope: dict[str, Any]
) -> None:
    client = StuckClient(takes=100)
    serving = asyncio.create_task(room_consumer(scope, client.receive, client.send))
    await asyncio.wait_for(client.greeted.wait(), timeout=5)

    serving.cancel()
    await asyncio.wait([serving])

    assert get_hub(kit).room_count == 0
