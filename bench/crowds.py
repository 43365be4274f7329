"""Many sockets that are shown the same events: those of a room, and those of a Channels group.

Ours are whole room sockets of the site: one registration at the channel, one encoded frame, a
queue and a writer each. Theirs are plain consumers, each a member of the group, each handed its
own copy of a message that holds the frame encoded already. Neither side writes to a network.
"""

import asyncio
import itertools
from typing import Any, Protocol

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer

from bench.sockets import Audience, Listener, OnText, Tally
from bench.values import DESK, ROOM, build_binding, build_context, build_event
from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.server_frames import build_event_frame
from rooms.kit import RoomKit

GROUP = "bench"


class Crowd(Protocol):
    """Many sockets that are shown the same events."""

    async def open(self, sockets: int) -> None:
        """Open the sockets; from then on none of them misses anything."""

    async def publish(self) -> None:
        """Publish one event."""

    async def close(self) -> None:
        """Close the sockets."""


class RoomCrowd:
    """The sockets of one room.

    Args:
        kit: Theirs alone.
        hear: Called with each frame that a socket is sent.
    """

    def __init__(self, kit: RoomKit, hear: OnText) -> None:
        self._kit = kit
        self._hear = hear
        self._audience = Audience(kit)
        self._channel = WebSocketChannel(DESK)
        self._binding = build_binding(self._channel.capabilities())
        self._context = build_context(self._binding)
        self._indexes = itertools.count()

    async def open(self, sockets: int) -> None:
        """Open the sockets; from then on none of them misses anything."""
        self._kit.register_channel(self._channel)
        await self._kit.create_room(ROOM)
        await self._audience.open(self._channel, ROOM, self._hear, sockets=sockets)

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
    """The members of a group of the default channel layer.

    Args:
        hear: Called with each frame that a member is sent.
    """

    def __init__(self, hear: OnText) -> None:
        self._hear = hear
        self._frame = build_event_frame(build_event()).text
        self._serving: list[asyncio.Task[None]] = []

    async def open(self, sockets: int) -> None:
        """Open the sockets; whoever was accepted has joined the group."""
        accepted = Tally()
        accepted.expect(sockets)
        consumer: Any = Member.as_asgi()  # the stubs spell out every ASGI message
        for _ in range(sockets):
            listener = Listener(self._hear, on_accept=accepted.add, connects=True)
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
