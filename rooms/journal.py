"""The hooks that blocked or failed, written down beside the pipeline and never in its way."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from hooks.outcomes import HookOutcome
from rooms.domain.errors import StoreUnavailableError
from rooms.resilience.clock import Clock, SystemClock

logger = logging.getLogger("roomkit.core.hooks")

# Outcomes that come close together are written together.
WRITE_EVERY_SECONDS = 0.2
RETRY_SECONDS = 5.0
MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class NotedOutcome:
    """A hook's outcome and when it was noted (UTC)."""

    outcome: HookOutcome
    noted_at: datetime


class HookJournal:
    """Collects noteworthy outcomes and writes them in the background, a batch at a time.

    A database that does not answer is tried again; meanwhile at most `most_waiting` outcomes are
    kept, the newest ones. Use it from one event loop at a time.

    Args:
        write: Stores a batch, all of it or nothing.
        clock: Tells the time; None takes the machine's.
        most_waiting: How many outcomes may wait to be written.
    """

    def __init__(
        self,
        write: Callable[[Sequence[NotedOutcome]], Awaitable[object]],
        *,
        clock: Clock | None = None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._write = write
        self._clock = clock or SystemClock()
        self._waiting: deque[NotedOutcome] = deque(maxlen=most_waiting)
        self._writing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._overflowed = False

    def note(self, outcome: HookOutcome) -> None:
        """Take an outcome, from within the event loop; those of hooks that let pass are ignored."""
        if not outcome.is_noteworthy:
            return
        self._warn_if_full()
        self._waiting.append(NotedOutcome(outcome, self._clock.now()))
        loop = asyncio.get_running_loop()
        # A loop that was closed in between took its task along.
        if self._writing is None or self._writing.done() or self._writing.get_loop() is not loop:
            # The empty context keeps the room lock of whoever ran the hook out of this task.
            self._writing = loop.create_task(self._write_all(), context=Context())

    async def close(self) -> None:
        """Write what waits, now; what then cannot be written is given up with a log line."""
        writing, self._writing = self._writing, None
        if writing is not None and writing.get_loop() is asyncio.get_running_loop():
            async with self._turn:  # a batch on its way arrives first
                writing.cancel()
            await asyncio.wait([writing])
        if self._waiting and not await self._write_batch():
            logger.error("hook journal lost outcomes", extra={"lost": len(self._waiting)})
            self._waiting.clear()

    async def _write_all(self) -> None:
        delay = WRITE_EVERY_SECONDS
        while self._waiting:
            await self._clock.sleep(delay)
            delay = WRITE_EVERY_SECONDS if await self._write_batch() else RETRY_SECONDS

    async def _write_batch(self) -> bool:
        """Write all that waits; return False where another try may help."""
        async with self._turn:
            batch = tuple(self._waiting)
            self._waiting.clear()
            try:
                await self._write(batch)
            except StoreUnavailableError:
                # The batch goes back to the front; a full line loses its oldest.
                self._waiting = deque(chain(batch, self._waiting), maxlen=self._waiting.maxlen)
                logger.warning("hook journal cannot be written, trying again", exc_info=True)
                return False
            except Exception:  # a record that the database refuses must not end the journal
                logger.exception("hook journal lost outcomes", extra={"lost": len(batch)})
            self._overflowed = False
            return True

    def _warn_if_full(self) -> None:
        if len(self._waiting) == self._waiting.maxlen and not self._overflowed:
            self._overflowed = True
            logger.warning(
                "hook journal is full, the oldest outcomes are dropped",
                extra={"most_waiting": self._waiting.maxlen},
            )
