"""One answer shown to many connections while it is being written, each at its own pace."""

import asyncio
from typing import Protocol, TypedDict

from channels_app.channels.connections import Connection, ConnectionRegistry
from channels_app.channels.stream_frames import (
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamMessage,
    StreamSnapshot,
    StreamStart,
)
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.frozen import new_id


class _Ids(TypedDict):
    room_id: str
    stream_id: str
    event_id: str


class StreamProgress:
    """What is known of an answer so far; builds its frames.

    Attributes:
        text: All text so far.
        last_frame: What ends the stream, once that is known.
    """

    def __init__(
        self, room_id: str, *, event_id: str, source: EventSource, stream_id: str | None = None
    ) -> None:
        self.text = ""
        self.last_frame: StreamEnd | StreamError | None = None
        self._source = source
        self._seq = 0
        self._ids = _Ids(room_id=room_id, stream_id=stream_id or new_id(), event_id=event_id)

    @property
    def room_id(self) -> str:
        """The room that the answer is said in."""
        return self._ids["room_id"]

    def add(self, delta: str) -> None:
        """Take in a delta."""
        self.text += delta
        self._seq += 1

    def catch_up(self, snapshot: StreamSnapshot) -> None:
        """Take in what another process knows, unless it is older."""
        if snapshot.seq > self._seq:
            self.text, self._seq = snapshot.text, snapshot.seq

    def end(self, event: RoomEvent) -> None:
        """Know the event that the answer became."""
        self.last_frame = StreamEnd(**self._ids, seq=self._seq, event=event)

    def fail(self, code: str) -> None:
        """Know that the answer broke off, with a neutral code."""
        self.last_frame = StreamError(**self._ids, seq=self._seq, error=code)

    def start_frame(self) -> StreamStart:
        """Build the first frame."""
        return StreamStart(**self._ids, source=self._source)

    def chunk_after(self, shown: int) -> StreamChunk:
        """Build the chunk for a client that has seen the first `shown` characters."""
        return StreamChunk(**self._ids, seq=self._seq, delta=self.text[shown:], text=self.text)

    def snapshot(self) -> StreamSnapshot:
        """Build what other processes have to know."""
        last = self.last_frame
        return StreamSnapshot(
            stream_id=self._ids["stream_id"],
            event_id=self._ids["event_id"],
            seq=self._seq,
            source=self._source,
            text=self.text,
            event=last.event if isinstance(last, StreamEnd) else None,
            error=last.error if isinstance(last, StreamError) else None,
        )


class StreamReader(Protocol):
    """Somebody who follows a stream at a pace of its own."""

    def notify(self) -> None:
        """Say that the progress changed."""

    async def run(self) -> None:
        """Follow until the stream is over or the reader is gone."""


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
    """Feeds one stream to the streaming connections of its room, and to a publisher if any."""

    def __init__(
        self,
        progress: StreamProgress,
        registry: ConnectionRegistry,
        publisher: StreamReader | None = None,
    ) -> None:
        self.progress = progress
        self._registry = registry
        self._shown: set[Connection] = set()
        self._readers: list[StreamReader] = []
        self._tasks: list[asyncio.Task[None]] = []
        if publisher is not None:
            self._follow(publisher)
        self.welcome()

    def welcome(self) -> None:
        """Show the stream to the connections that have come to the room since."""
        for connection in self._registry.streaming_in(self.progress.room_id):
            if connection not in self._shown:
                self._shown.add(connection)
                self._follow(StreamSender(connection, self.progress, self._registry))

    def notify(self) -> None:
        """Say that the progress changed."""
        for reader in self._readers:
            reader.notify()

    async def add(self, delta: str) -> None:
        """Show a delta; returns at once, idle senders have sent it by then."""
        self.progress.add(delta)
        self.notify()
        await asyncio.sleep(0)

    async def end(self, event: RoomEvent) -> None:
        """Show the final event, also to connections without frames; wait until all have it."""
        self.progress.end(event)
        await self._finish()
        in_room = self._registry.in_room(self.progress.room_id)
        await self._registry.push(event, [each for each in in_room if each not in self._shown])

    async def fail(self, code: str) -> None:
        """Show that the answer broke off and wait until every connection knows or failed."""
        self.progress.fail(code)
        await self._finish()

    def cancel(self) -> None:
        """Stop whatever is still being sent."""
        for task in self._tasks:
            task.cancel()

    def _follow(self, reader: StreamReader) -> None:
        self._readers.append(reader)
        self._tasks.append(asyncio.create_task(reader.run()))

    async def _finish(self) -> None:
        self.notify()
        await asyncio.gather(*self._tasks)
