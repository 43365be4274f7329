"""Many answers grow at once: what they show goes to Redis together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from weakref import WeakKeyDictionary

from rooms.ports import ShownAnswer

AT_ONCE = 4
"""How many batches may be on their way; the first words of an answer seldom wait for another's."""

LARGEST = 100
"""How many answers one batch holds."""

Show = Callable[[Sequence[ShownAnswer]], Awaitable[list[bool]]]
"""Notes answers and says of each whether it may be shown; never fails."""

Waiting = tuple[ShownAnswer, "asyncio.Future[bool]"]


class ShowBatches:
    """Sends at once what is there, unless all batches are on their way: then it goes with the next.

    So no answer waits for a timer, and however many grow they take few connections.

    Args:
        show: Sends one batch.
    """

    def __init__(self, show: Show) -> None:
        self._show = show
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()

    async def show(self, answer: ShownAnswer) -> bool:
        """Note an answer; tell whether it may be shown."""
        loop = asyncio.get_running_loop()
        line = self._loops.setdefault(loop, _Line())
        told: asyncio.Future[bool] = loop.create_future()
        line.waiting.append((answer, told))
        if len(line.senders) < AT_ONCE:
            sender = loop.create_task(self._send(line))
            line.senders.add(sender)
            sender.add_done_callback(line.senders.discard)
        return await told

    async def _send(self, line: "_Line") -> None:
        while batch := line.take():
            answers = [False] * len(batch)
            try:
                answers = await self._show([answer for answer, _ in batch])
            finally:
                for (_, told), may_show in zip(batch, answers, strict=True):
                    if not told.done():  # whoever asked may have been cancelled
                        told.set_result(may_show)


class _Line:
    """What waits in one event loop, and who sends it."""

    def __init__(self) -> None:
        self.waiting: deque[Waiting] = deque()
        self.senders: set[asyncio.Task[None]] = set()

    def take(self) -> list[Waiting]:
        return [self.waiting.popleft() for _ in range(min(LARGEST, len(self.waiting)))]
