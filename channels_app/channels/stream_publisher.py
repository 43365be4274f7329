"""An answer in the making on its way to the other processes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from channels_app.channels.stream_frames import StreamSnapshot
from channels_app.channels.websocket_streams import StreamProgress

Publish = Callable[[StreamSnapshot], Awaitable[None]]

# Closer than this nobody can tell two states apart, and each costs the whole text.
MERGE_S = 0.04
KEEP_ALIVE_S = 5.0


class StreamPublisher:
    """Publishes snapshots of one stream.

    The first text goes out at once. After that deltas merge while the previous snapshot is unsent
    or younger than 40 ms. A source that pauses is shown to be alive every 5 seconds.
    """

    def __init__(
        self, progress: StreamProgress, publish: Publish, *, keep_alive_s: float = KEEP_ALIVE_S
    ) -> None:
        self._progress = progress
        self._publish = publish
        self._keep_alive_s = keep_alive_s
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    def notify(self) -> None:
        """Say that the progress changed."""
        self._news.set()
        if self._progress.last_frame is not None:
            self._over.set()

    async def run(self) -> None:
        """Publish until the stream is over."""
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            began_at, snapshot = loop.time(), self._progress.snapshot()
            await self._publish(snapshot)
            if snapshot.is_over:
                return
            if snapshot.text:
                await _wait(self._over, began_at + MERGE_S - loop.time())
            await _wait(self._news, self._keep_alive_s)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
