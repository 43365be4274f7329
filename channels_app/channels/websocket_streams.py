"""One answer shown to many connections while it is being written, each at its own pace."""

import asyncio
from collections.abc import Sequence
from typing import TypedDict

from channels_app.channels.connections import Connection, ConnectionRegistry
from channels_app.channels.stream_frames import (
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamMessage,
    StreamStart,
)
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import new_id


class _Ids(TypedDict):
    room_id: str
    stream_id: str
    event_id: str


class StreamProgress:
    """What is known of an answer so far; builds its frames."""

    def __init__(self, room_id: str, event: RoomEvent) -> None:
        self.text = ""
        self.last_frame: StreamMessage | None = None
        self._source = event.source
        self._deltas = 0
        self._ids = _Ids(room_id=room_id, stream_id=new_id(), event_id=event.id)

    def add(self, delta: str) -> None:
        """Take in a delta."""
        self.text += delta
        self._deltas += 1

    def end(self, event: RoomEvent) -> None:
        """Know the event that the answer became."""
        self.last_frame = StreamEnd(**self._ids, seq=self._deltas, event=event)

    def fail(self, code: str) -> None:
        """Know that the answer broke off, with a neutral code."""
        self.last_frame = StreamError(**self._ids, seq=self._deltas, error=code)

    def start_frame(self) -> StreamStart:
        """Build the first frame."""
        return StreamStart(**self._ids, source=self._source)

    def chunk_after(self, shown: int) -> StreamChunk:
        """Build the chunk for a client that has seen the first `shown` characters."""
        return StreamChunk(**self._ids, seq=self._deltas, delta=self.text[shown:], text=self.text)


class StreamSender:
    """Shows one stream to one connection: what came in during a send goes out in one chunk."""

    def __init__(
        self, connection: Connection, progress: StreamProgress, registry: ConnectionRegistry
    ) -> None:
        self._connection = connection
        self._progress = progress
        self._registry = registry
        self._news = asyncio.Event()

    def notify(self) -> None:
        """Say that the progress changed."""
        self._news.set()

    async def run(self) -> None:
        """Send frames until the stream is over or the connection is gone."""
        shown = 0
        await self._send(self._progress.start_frame())
        while self._connection in self._registry:
            self._news.clear()
            if shown < len(self._progress.text):
                chunk = self._progress.chunk_after(shown)
                shown = len(chunk.text)
                await self._send(chunk)
            elif self._progress.last_frame is not None:
                await self._send(self._progress.last_frame)
                return
            else:
                await self._news.wait()

    async def _send(self, frame: StreamMessage) -> None:
        send = self._connection.stream_send_fn
        if send is not None and self._connection in self._registry:
            await self._registry.attempt(self._connection, send, frame)


class StreamFanOut:
    """Feeds one stream to the streaming connections of a room."""

    def __init__(
        self,
        connections: Sequence[Connection],
        progress: StreamProgress,
        registry: ConnectionRegistry,
    ) -> None:
        self.progress = progress
        self._senders = [StreamSender(each, progress, registry) for each in connections]
        self._tasks = [asyncio.create_task(sender.run()) for sender in self._senders]

    async def add(self, delta: str) -> None:
        """Show a delta; returns at once, idle senders have sent it by then."""
        self.progress.add(delta)
        self._notify()
        await asyncio.sleep(0)

    async def end(self, event: RoomEvent) -> None:
        """Show the final event and wait until every connection has it or failed."""
        self.progress.end(event)
        await self._finish()

    async def fail(self, code: str) -> None:
        """Show that the answer broke off and wait until every connection knows or failed."""
        self.progress.fail(code)
        await self._finish()

    def cancel(self) -> None:
        """Stop whatever is still being sent."""
        for task in self._tasks:
            task.cancel()

    async def _finish(self) -> None:
        self._notify()
        await asyncio.gather(*self._tasks)

    def _notify(self) -> None:
        for sender in self._senders:
            sender.notify()
