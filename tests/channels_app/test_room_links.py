"""A push channel listens where its connections are, and lets the other processes know."""

from typing import Any

import pytest

from channels_app.channels import room_links
from channels_app.channels.connections import Connection, ConnectionRegistry
from channels_app.channels.room_links import RoomLinks
from rooms.domain.json import JsonObject
from rooms.realtime import LocalBus
from rooms.realtime.bus import Receiver
from rooms.shared.local import LocalSharedState
from tests.channels_app.stream_client import Client
from tests.channels_app.values import ROOM
from tests.steps import Seen

OTHER = "room-2"


class Diary(LocalBus):
    """A bus that others share, and what was done with it and with the shared state."""

    is_shared = True

    def __init__(self) -> None:
        super().__init__()
        self.entries: Seen[str] = Seen()

    async def subscribe(self, topic: str, receive: Receiver) -> str:
        self.entries.note("listen")
        return await super().subscribe(topic, receive)

    async def unsubscribe(self, subscription_id: str) -> None:
        self.entries.note("leave")
        await super().unsubscribe(subscription_id)


class Presence(LocalSharedState):
    """Shared state that notes who said what."""

    def __init__(self, entries: Seen[str]) -> None:
        super().__init__()
        self._entries = entries

    async def announce(self, room_id: str, channel_id: str, node: str, **fields: Any) -> None:
        self._entries.note(f"announce streams={fields['streams']}")
        await super().announce(room_id, channel_id, node, **fields)

    async def withdraw(self, room_id: str, channel_id: str, node: str) -> None:
        self._entries.note("withdraw")
        await super().withdraw(room_id, channel_id, node)


class Process:
    """One process's side of a channel."""

    def __init__(self, bus: LocalBus) -> None:
        entries = bus.entries if isinstance(bus, Diary) else Seen[str]()
        self.registry = ConnectionRegistry("chat")
        self.received: Seen[tuple[str, JsonObject]] = Seen()
        self.links = RoomLinks("chat", self.registry, self._receive)
        self.links.use(bus=bus, shared=Presence(entries), node="n1")
        self.registry.on_change = self.links.follow

    async def _receive(self, room_id: str, message: JsonObject) -> None:
        self.received.note((room_id, message))

    async def connect(self, name: str = "c1", *, streams: bool = True, room: str = ROOM) -> None:
        client = Client()
        send_frame = client.send_frame if streams else None
        self.registry.add(Connection(name, client.send, send_frame, room))
        await self.links.ready(room)

    async def disconnect(self, name: str = "c1") -> None:
        self.registry.remove(name)
        await self.links.ready(ROOM)


@pytest.fixture
async def bus() -> Diary:
    return Diary()


@pytest.fixture
async def process(bus: Diary) -> Process:
    return Process(bus)


async def test_first_connection_listens_before_it_is_announced(
    process: Process, bus: Diary
) -> None:
    await process.connect()

    assert bus.entries.items == ["listen", "announce streams=True"]
    await process.links.close()


async def test_further_connections_cost_nothing(process: Process, bus: Diary) -> None:
    await process.connect()
    await process.connect("c2")
    await process.disconnect("c2")

    assert len(bus.entries) == 2
    await process.links.close()


async def test_last_connection_takes_the_room_off(process: Process, bus: Diary) -> None:
    await process.connect()
    await process.disconnect()

    assert bus.entries.items[2:] == ["leave", "withdraw"]
    assert not await process.links.are_streamed_to(ROOM)


async def test_first_client_that_takes_frames_is_announced(process: Process, bus: Diary) -> None:
    await process.connect("plain", streams=False)
    before = await process.links.are_streamed_to(ROOM)

    await process.connect("c1")

    assert (before, await process.links.are_streamed_to(ROOM)) == (False, True)
    await process.links.close()


async def test_presence_is_said_again_while_it_lasts(
    process: Process, bus: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_links, "PRESENCE_EVERY_S", 0.001)

    await process.connect()

    assert await bus.entries.until(4) == ["listen", *["announce streams=True"] * 3]
    await process.links.close()


async def test_rooms_do_not_hear_each_other(process: Process, bus: Diary) -> None:
    other = Process(bus)
    await process.connect()
    await other.connect(room=OTHER)

    await other.links.publish(ROOM, {"n": 1})
    await other.links.publish(OTHER, {"n": 2})

    assert process.received.items == [(ROOM, {"n": 1})]
    assert other.received.items == []


async def test_closed_channel_is_heard_and_seen_nowhere(process: Process, bus: Diary) -> None:
    await process.connect()

    process.registry.clear()
    await process.links.close()

    assert bus.entries.items[2:] == ["leave", "withdraw"]


async def test_process_that_is_alone_listens_to_nothing() -> None:
    process = Process(LocalBus())

    await process.connect()
    await process.links.publish(ROOM, {"n": 1})

    assert not process.links.is_shared
    assert not await process.links.are_streamed_to(ROOM)
