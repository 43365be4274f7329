"""Browsers that only listen, and someone who counts what they are sent."""

import asyncio
from collections.abc import Callable
from typing import Any

from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.room import RoomConnection
from channels_app.consumers.seat import Seat
from rooms.kit import RoomKit

OnText = Callable[[str], None]


class Tally:
    """Counts frames and says when enough have come."""

    def __init__(self) -> None:
        self.count = 0
        self._enough = asyncio.Event()
        self._wanted = 0

    def expect(self, more: int) -> None:
        """Wait, from now on, for this many more."""
        self._wanted = self.count + more
        self._enough.clear()

    async def reached(self) -> None:
        """Return once they have come."""
        await self._enough.wait()

    def add(self, _text: str) -> None:
        """Count a frame."""
        self.count += 1
        if self.count == self._wanted:
            self._enough.set()


class Listener:
    """The server's side of one socket: nothing is written to any network.

    Args:
        on_text: Called with each text frame.
        on_accept: Called when the application takes the connection.
        connects: Whether the application has to be told of the connection first.
    """

    def __init__(
        self, on_text: OnText, *, on_accept: OnText | None = None, connects: bool = False
    ) -> None:
        self._on_text = on_text
        self._on_accept = on_accept
        self._connects = connects
        self._leaves = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        """Say that somebody connected, then nothing until they leave."""
        if self._connects:
            self._connects = False
            return {"type": "websocket.connect"}
        await self._leaves.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: dict[str, Any]) -> None:
        """Take a frame."""
        text = message.get("text")
        if text is not None:
            self._on_text(text)
        elif self._on_accept is not None and message["type"] == "websocket.accept":
            self._on_accept("")

    def leave(self) -> None:
        """Close the socket from the browser's side."""
        self._leaves.set()


class Audience:
    """Sockets that are open in rooms of one kit."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self._listeners: list[Listener] = []
        self._serving: list[asyncio.Task[None]] = []

    async def open(
        self, channel: WebSocketChannel, room_id: str, on_text: OnText, *, sockets: int = 1
    ) -> None:
        """Open sockets in a room and wait until each has been greeted."""
        greeted = Tally()
        greeted.expect(sockets)
        for number in range(sockets):
            listener = Listener(_greeting_first(greeted.add, on_text))
            seat = Seat(self._kit, room_id, channel, f"reader-{number}")
            connection = RoomConnection(seat, listener.receive, listener.send)
            self._listeners.append(listener)
            self._serving.append(asyncio.create_task(connection.serve(after=None)))
        await greeted.reached()

    async def close(self) -> None:
        """Let everybody leave."""
        for listener in self._listeners:
            listener.leave()
        await asyncio.gather(*self._serving)


def _greeting_first(on_greeting: OnText, on_text: OnText) -> OnText:
    greeted = False

    def take(text: str) -> None:
        nonlocal greeted
        (on_text if greeted else on_greeting)(text)
        greeted = True

    return take
