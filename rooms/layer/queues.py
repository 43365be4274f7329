"""What has come in and waits for its subscribers: one queue per topic, so that none waits long."""

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.core.bus")

CAPACITY = 1_000


class TopicQueues:
    """Hands messages on in order per topic; a slow subscriber holds up its own topic only.

    A full queue loses its oldest message and `on_overflow` is called.
    """

    def __init__(
        self,
        tell: Callable[[str, JsonObject], Awaitable[None]],
        *,
        on_overflow: Callable[[], None],
        capacity: int = CAPACITY,
    ) -> None:
        self._tell = tell
        self._on_overflow = on_overflow
        self._capacity = capacity
        self._waiting: dict[str, deque[JsonObject]] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    def put(self, topic: str, message: JsonObject) -> None:
        """Add a message; its subscribers have it soon."""
        queue = self._waiting.get(topic)
        if queue is not None:
            self._append(topic, queue, message)
            return
        self._waiting[topic] = deque([message])
        task = asyncio.get_running_loop().create_task(
            self._empty(topic), context=contextvars.Context()
        )
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _append(self, topic: str, queue: deque[JsonObject], message: JsonObject) -> None:
        if len(queue) >= self._capacity:
            queue.popleft()
            self._on_overflow()
            logger.warning("a topic's subscribers are too slow", extra={"topic": topic})
        queue.append(message)

    async def _empty(self, topic: str) -> None:
        queue = self._waiting[topic]
        try:
            while queue:
                await self._tell(topic, queue.popleft())
        finally:
            del self._waiting[topic]
