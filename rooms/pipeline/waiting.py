"""Who waits for what a message causes, and who is answered at commit (RFC §10.1 step 18)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rooms.domain.delivery import DeliveryResult

_returns_at_commit: ContextVar[bool] = ContextVar("roomkit_returns_at_commit", default=False)


@contextmanager
def return_at_commit() -> Iterator[None]:
    """Make `process_inbound` and `send_event` return at commit inside this block.

    Hooks, channels and lanes run inside such a block: waiting for deliveries from there would wait
    for oneself. Sockets and webhooks use it so that they can answer at once.
    """
    token = _returns_at_commit.set(True)
    try:
        yield
    finally:
        _returns_at_commit.reset(token)


def caller_waits() -> bool:
    """Tell whether the caller may wait for first attempts and the answers they cause."""
    return not _returns_at_commit.get()


class Cascade:
    """Counts the work one root call has caused and that is not done yet.

    Attributes:
        passes: How many answers have entered the pipeline again for this root.
        results: First attempts of the root event by channel id.
        span_id: The telemetry span of the root call, for what happens in other tasks and, as a
            trace context, in other processes.
        error: The first failure of an intelligence channel.
    """

    def __init__(self, *, span_id: str | None = None) -> None:
        self.passes = 0
        self.span_id = span_id
        self.results: dict[str, DeliveryResult] = {}
        self.error: Exception | None = None
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        """Note one more piece of work."""
        self._open += 1
        self._idle.clear()

    def end(self) -> None:
        """Note that one piece of work is done."""
        self._open -= 1
        if self._open == 0:
            self._idle.set()

    def note_error(self, error: Exception) -> None:
        """Keep the first failure of an intelligence channel."""
        self.error = self.error or error

    async def wait(self) -> None:
        """Wait until nothing is left to do."""
        await self._idle.wait()
