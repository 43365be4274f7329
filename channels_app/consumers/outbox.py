"""What waits to be written to one socket: bounded, and never short of an event unnoticed."""

import asyncio
from collections import deque
from dataclasses import dataclass

from channels_app.consumers.server_frames import ServerFrame

CAPACITY = 256


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """Stands in the queue where the events after an index have to be read and sent."""

    after: int


class SocketOutbox:
    """A queue between a room and one socket.

    Chunks of an answer give way first: a newer one replaces an unsent older one, and when the
    queue is full they go before anything else. What a client cannot do without is never dropped:
    when that alone fills the queue, the reader is too slow and the socket has to be closed.

    Attributes:
        overflowed: Set when the reader is too slow; nothing is taken any more.
    """

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self.overflowed = asyncio.Event()
        self._capacity = capacity
        self._waiting: deque[ServerFrame | ReplayOrder] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: ServerFrame | ReplayOrder) -> None:
        """Add a frame at the end, or note that the reader is too slow."""
        if self.overflowed.is_set():
            return
        if self._supersedes_last(item):
            self._waiting.pop()
        elif len(self._waiting) >= self._capacity and not self._drop_chunk():
            self._waiting.clear()
            self.overflowed.set()
            return
        self._waiting.append(item)
        self._filled.set()

    async def take(self) -> ServerFrame | ReplayOrder:
        """Wait for the next frame and remove it."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.popleft()

    def _supersedes_last(self, item: ServerFrame | ReplayOrder) -> bool:
        """Tell whether the newest waiting frame is an older chunk of the same answer."""
        if not self._waiting or not isinstance(item, ServerFrame) or item.chunk_of is None:
            return False
        last = self._waiting[-1]
        return isinstance(last, ServerFrame) and last.chunk_of == item.chunk_of

    def _drop_chunk(self) -> bool:
        """Drop the oldest chunk; tell whether there was one."""
        for item in self._waiting:
            if isinstance(item, ServerFrame) and item.chunk_of is not None:
                self._waiting.remove(item)
                return True
        return False
