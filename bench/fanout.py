"""One event to many sockets of one room, against a group of Django Channels.

Ours are whole room sockets of the site: one registration at the channel, one encoded frame, a
queue and a writer each. Theirs are plain consumers, each a member of the group, each handed its
own copy of a message that holds the frame encoded already. Neither side writes to a network. An
event is published once everybody was sent the one before.
"""

import asyncio
import itertools
import time
from typing import Any, Protocol

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer

from bench.plan import Plan
from bench.samples import Row, Sample, build_row, timed
from bench.sockets import Audience, Listener, Tally
from bench.values import DESK, ROOM, build_binding, build_context, build_event
from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.server_frames import build_event_frame
from rooms.kit import RoomKit
from rooms.stores.memory import InMemoryStore

GROUP = "bench"


class Crowd(Protocol):
    """Many sockets that are shown the same events.

    Attributes:
        heard: Counts the frames they were sent.
    """

    heard: Tally

    async def publish(self) -> None:
        """Publish one event."""


class RoomCrowd:
    """The sockets of one room."""

    def __init__(self) -> None:
        self.heard = Tally()
        self._kit = RoomKit(InMemoryStore())
        self._audience = Audience(self._kit)
        self._channel = WebSocketChannel(DESK)
        self._binding = build_binding(self._channel.capabilities())
        self._context = build_context(self._binding)
        self._indexes = itertools.count()

    async def open(self, sockets: int) -> None:
        """Open the sockets."""
        await self._kit.create_room(ROOM)
        await self._audience.open(self._channel, ROOM, self.heard.add, sockets=sockets)

    async def publish(self) -> None:
        """Deliver an event as the pipeline does."""
        event = build_event(next(self._indexes))
        await self._channel.deliver(event, self._binding, self._context)

    async def close(self) -> None:
        """Close the sockets."""
        await self._audience.close()
        await self._kit.close()


class Member(AsyncWebsocketConsumer):
    """A consumer that passes on what its group is sent."""

    groups = [GROUP]

    async def room_event(self, message: dict[str, Any]) -> None:
        """Write the frame."""
        await self.send(text_data=message["text"])


class GroupCrowd:
    """The members of a group of the in-memory channel layer."""

    def __init__(self) -> None:
        self.heard = Tally()
        self._frame = build_event_frame(build_event()).text
        self._serving: list[asyncio.Task[None]] = []

    async def open(self, sockets: int) -> None:
        """Open the sockets; whoever was accepted has joined the group."""
        accepted = Tally()
        accepted.expect(sockets)
        consumer: Any = Member.as_asgi()  # the stubs spell out every ASGI message
        for _ in range(sockets):
            listener = Listener(self.heard.add, on_accept=accepted.add, connects=True)
            serving = consumer({"type": "websocket"}, listener.receive, listener.send)
            self._serving.append(asyncio.create_task(serving))
        await accepted.reached()

    async def publish(self) -> None:
        """Send to the group."""
        layer = get_channel_layer()
        assert layer is not None
        await layer.group_send(GROUP, {"type": "room.event", "text": self._frame})

    async def close(self) -> None:
        """Close the sockets."""
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


def measure_fanout(plan: Plan) -> list[Row]:
    """Measure both crowds in turn."""
    return asyncio.run(_measure(plan))


async def _measure(plan: Plan) -> list[Row]:
    room, group = RoomCrowd(), GroupCrowd()
    ours: list[Sample] = []
    theirs: list[Sample] = []
    await room.open(plan.connections)
    await group.open(plan.connections)
    for _ in range(plan.rounds):
        theirs.append(await _publish_for(plan.slice_s, group, plan.connections))
        ours.append(await _publish_for(plan.slice_s, room, plan.connections))
    await room.close()
    await group.close()
    return [
        build_row(f"Channels group, {plan.connections:,} members", "deliveries", theirs),
        build_row(
            f"one room, {plan.connections:,} sockets",
            "deliveries",
            ours,
            yardstick=theirs,
            ratio_of="the group",
        ),
    ]


async def _publish_for(slice_s: float, crowd: Crowd, sockets: int) -> Sample:
    before = crowd.heard.count
    with timed() as sample:
        end = time.perf_counter() + slice_s
        while (begun := time.perf_counter()) < end:
            crowd.heard.expect(sockets)
            await crowd.publish()
            await crowd.heard.reached()
            sample.waits_ms.append((time.perf_counter() - begun) * 1000)
    sample.done = crowd.heard.count - before
    assert sample.done == sockets * len(sample.waits_ms), (sample.done, len(sample.waits_ms))
    return sample
