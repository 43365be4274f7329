"""The text of an answer on its way to one target, ended by the event that was stored."""

import asyncio
from collections.abc import AsyncIterator

from rooms.domain.event import RoomEvent


class AnswerStream(AsyncIterator[str]):
    """Yields text deltas; deltas that pile up while the reader is busy come out joined.

    Once exhausted, `event` is the stored event with its index, or None when nothing was stored for
    readers to see (a hook blocked the answer): then whoever showed the text should take it back.
    """

    def __init__(self) -> None:
        self.event: RoomEvent | None = None
        self._pending: list[str] = []
        self._ended = False
        self._error: BaseException | None = None
        self._wake = asyncio.Event()

    def feed(self, delta: str) -> None:
        """Add a delta for the reader."""
        self._pending.append(delta)
        self._wake.set()

    def finish(self, event: RoomEvent | None) -> None:
        """End the stream with what was stored."""
        self.event = event
        self._ended = True
        self._wake.set()

    def fail(self, error: BaseException) -> None:
        """End the stream so that the reader sees `error` after the text that came before it."""
        self._error = error
        self._wake.set()

    async def __anext__(self) -> str:
        while True:
            if self._pending:
                text = "".join(self._pending)
                self._pending.clear()
                return text
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
