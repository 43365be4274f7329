"""A client that watches answers in the making, and the steps to show it some."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from channels_app import (
    StreamChunk,
    StreamMessage,
    WebSocketChannel,
)
from rooms.domain.event import RoomEvent
from tests.channels_app.values import make_binding, make_context, make_event


class Client:
    """A client that takes frames; while its gate is closed, sends wait."""

    def __init__(self) -> None:
        self.frames: list[StreamMessage] = []
        self.events: list[RoomEvent] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.waits = asyncio.Event()
        self.broken = False

    async def send(self, connection_id: str, event: RoomEvent) -> None:
        self.events.append(event)

    async def send_frame(self, connection_id: str, frame: StreamMessage) -> None:
        if self.broken:
            raise ConnectionError("client is gone")
        if not self.gate.is_set():
            self.waits.set()
            await self.gate.wait()
        self.frames.append(frame)

    @property
    def chunks(self) -> list[tuple[int, str, str]]:
        """Number, delta and text of the chunks so far."""
        return [(f.seq, f.delta, f.text) for f in self.frames if isinstance(f, StreamChunk)]


async def source(*pieces: str | Exception) -> AsyncIterator[str]:
    """Yield the pieces; raise where there is an exception."""
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        yield piece


async def show(
    channel: WebSocketChannel, deltas: AsyncIterator[str], event: RoomEvent | None = None
) -> None:
    binding = make_binding(channel.channel_id)
    placeholder = event or make_event("", channel_id="agent", sender=None)
    await channel.deliver_stream(deltas, placeholder, binding, make_context(binding))


def types(frames: Sequence[StreamMessage]) -> list[str]:
    return [frame.type for frame in frames]
