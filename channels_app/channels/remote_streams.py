"""Answers that other processes are writing, shown to the connections here."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from channels_app.channels.connections import ConnectionRegistry
from channels_app.channels.stream_frames import StreamSnapshot
from channels_app.channels.websocket_streams import StreamFanOut, StreamProgress
from rooms.domain.event import RoomEvent

GENERATION_FAILED = "generation_failed"
# Three signs of life may get lost before an answer is given up.
SILENCE_S = 18.0
REMEMBERED = 1_000


class RemoteStreams:
    """Turns snapshots from the bus into the frames of a stream, whichever of them arrive.

    Every snapshot holds all there is: one that comes first, out of order, twice or not at all does
    no harm. A stream ends with its snapshot's event or error, with the stored event, or, when its
    writer has not been heard of for `silence_s` seconds, with an error.

    Attributes:
        silence_s: How long a stream may say nothing, in seconds.
    """

    def __init__(self, connections: ConnectionRegistry, *, silence_s: float = SILENCE_S) -> None:
        self.silence_s = silence_s
        self._connections = connections
        self._streams: dict[str, _RemoteStream] = {}
        self._over: OrderedDict[str, None] = OrderedDict()
        self._endings: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._streams)

    async def take(self, room_id: str, snapshot: StreamSnapshot) -> None:
        """Show what a snapshot has that is new; an ending is shown to all before this returns."""
        if snapshot.event_id in self._over:
            return
        stream = self._streams.get(snapshot.event_id)
        if snapshot.is_over:
            await self._end(room_id, stream, snapshot)
        else:
            self._grow(stream or self._open(room_id, snapshot), snapshot)

    async def end_with(self, event: RoomEvent) -> bool:
        """End the stream that became this event; tell whether there was one."""
        stream = self._close(event.id)
        if stream is None:
            return False
        await stream.fan_out.end(event)
        return True

    def clear(self) -> None:
        """Forget all streams without a word."""
        for stream in self._streams.values():
            stream.cancel()
        self._streams.clear()

    def _open(self, room_id: str, snapshot: StreamSnapshot) -> "_RemoteStream":
        progress = StreamProgress(
            room_id,
            event_id=snapshot.event_id,
            source=snapshot.source,
            stream_id=snapshot.stream_id,
        )
        progress.catch_up(snapshot)
        stream = _RemoteStream(StreamFanOut(progress, self._connections))
        self._streams[snapshot.event_id] = stream
        return stream

    def _grow(self, stream: "_RemoteStream", snapshot: StreamSnapshot) -> None:
        stream.fan_out.progress.catch_up(snapshot)
        stream.fan_out.welcome()
        stream.fan_out.notify()
        stream.end_after(self.silence_s, lambda: self._give_up(snapshot.event_id))

    async def _end(
        self, room_id: str, stream: "_RemoteStream | None", snapshot: StreamSnapshot
    ) -> None:
        self._close(snapshot.event_id)
        if stream is None:
            if snapshot.event is not None:
                await self._connections.push(snapshot.event, self._connections.in_room(room_id))
            return
        stream.fan_out.progress.catch_up(snapshot)
        if snapshot.event is not None:
            await stream.fan_out.end(snapshot.event)
        else:
            await stream.fan_out.fail(snapshot.error or GENERATION_FAILED)

    def _close(self, event_id: str) -> "_RemoteStream | None":
        self._over[event_id] = None
        if len(self._over) > REMEMBERED:
            self._over.popitem(last=False)
        stream = self._streams.pop(event_id, None)
        if stream is not None:
            stream.keep()
        return stream

    def _give_up(self, event_id: str) -> None:
        # Not remembered as over: should the writer be heard of again, the stream goes on.
        stream = self._streams.pop(event_id)
        ending = asyncio.create_task(stream.fan_out.fail(GENERATION_FAILED))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


class _RemoteStream:
    """One stream and the moment at which it is given up."""

    def __init__(self, fan_out: StreamFanOut) -> None:
        self.fan_out = fan_out
        self._timer: asyncio.TimerHandle | None = None

    def end_after(self, seconds: float, give_up: Callable[[], None]) -> None:
        """Give the stream up unless it is heard of again within so many seconds."""
        self.keep()
        self._timer = asyncio.get_running_loop().call_later(seconds, give_up)

    def keep(self) -> None:
        """Do not give the stream up."""
        if self._timer is not None:
            self._timer.cancel()

    def cancel(self) -> None:
        """Stop showing the stream."""
        self.keep()
        self.fan_out.cancel()
