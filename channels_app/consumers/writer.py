"""The one writer of a socket: what it sends, in which order, and what it sends only once."""

from collections.abc import Awaitable, Callable

from channels_app.consumers.outbox import ReplayOrder, SocketOutbox
from channels_app.consumers.seat import Seat
from channels_app.consumers.server_frames import ServerFrame, build_event_frame, build_frame
from rooms.domain.json import JsonObject

Send = Callable[[JsonObject], Awaitable[None]]


class SocketWriter:
    """Empties an outbox into a socket.

    Missed events are read and sent here as well. Meanwhile live frames wait in the outbox, so
    that everything comes in order; what the replay has covered is not sent a second time.
    """

    def __init__(self, seat: Seat, outbox: SocketOutbox, send: Send) -> None:
        self._seat = seat
        self._outbox = outbox
        self._send = send
        self._covered = -1
        self._replayed: set[str] = set()

    async def run(self, hello: ServerFrame, *, after: int | None) -> None:
        """Send `hello`, then what came after an index if one is given, then whatever comes."""
        await self.write(hello)
        if after is not None:
            await self._replay(after)
        while True:
            item = await self._outbox.take()
            if isinstance(item, ReplayOrder):
                await self._replay(item.after)
            elif not self._was_covered(item):
                await self.write(item)

    async def write(self, frame: ServerFrame) -> None:
        """Hand a frame to the server; returns once the server takes more."""
        await self._send({"type": "websocket.send", "text": frame.text})

    async def _replay(self, after: int) -> None:
        upto, more, count = after, True, 0
        while more:
            page = await self._seat.page_after(upto)
            for event in page.events:
                await self.write(build_event_frame(event))
            upto, more, count = page.upto, page.more, count + len(page.events)
            self._replayed = {event.id for event in page.events} or self._replayed
        self._covered = max(self._covered, upto)
        await self.write(build_frame("resumed", after=after, latest_index=upto, count=count))

    def _was_covered(self, frame: ServerFrame) -> bool:
        """Tell whether the replay has shown what this frame shows."""
        if frame.event_id is not None and frame.event_id in self._replayed:
            return True
        return frame.index is not None and frame.index <= self._covered
