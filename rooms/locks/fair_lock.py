"""A lock that tasks of several event loops may wait for."""

import asyncio
from collections import deque
from dataclasses import dataclass
from threading import Lock


@dataclass(eq=False)
class Turn:
    """A task's claim to a lock: waiting at first, then held."""

    loop: asyncio.AbstractEventLoop
    granted: asyncio.Future[None]


class FairLock:
    """A lock handed from task to task in the order of asking.

    An `asyncio.Lock` belongs to the loop that first waited for it, while synchronous code that
    enters async code gets a new loop each time. This one serves several loops and threads, and is
    free again when the loop that held it was closed.
    """

    def __init__(self) -> None:
        self._mutex = Lock()
        self._held: Turn | None = None
        self._queue: deque[Turn] = deque()

    async def acquire(self) -> Turn:
        """Wait for the lock and return the turn to release.

        A cancelled waiter leaves the queue, or passes on what it got in the same moment.
        """
        loop = asyncio.get_running_loop()
        turn = Turn(loop, loop.create_future())
        with self._mutex:
            if self._held is None or self._held.loop.is_closed():
                self._held = turn
                return turn
            self._queue.append(turn)
        try:
            await turn.granted
        except BaseException:  # a cancellation, or the end of the loop
            self._give_up(turn)
            raise
        return turn

    def release(self, turn: Turn) -> None:
        """Hand the lock to whoever has waited longest; a turn that is over changes nothing."""
        with self._mutex:
            if self._held is turn:
                self._hand_on()

    def _give_up(self, turn: Turn) -> None:
        with self._mutex:
            if self._held is turn:
                self._hand_on()
            elif turn in self._queue:
                self._queue.remove(turn)

    def _hand_on(self) -> None:
        """Give the lock to the first waiter whose loop is still open; called under the mutex."""
        self._held = None
        while self._queue and self._held is None:
            turn = self._queue.popleft()
            if not turn.loop.is_closed():
                self._held = turn
                turn.loop.call_soon_threadsafe(_grant, turn.granted)


def _grant(granted: asyncio.Future[None]) -> None:
    if not granted.done():
        granted.set_result(None)
