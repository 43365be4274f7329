"""Ephemeral events inside one process."""

import asyncio
import inspect
import logging
from collections import deque

from rooms.domain.frozen import new_id
from rooms.realtime.base import EphemeralCallback, EphemeralEvent, RealtimeBackend

logger = logging.getLogger("roomkit.core.realtime")

DEFAULT_QUEUE_SIZE = 100


class InMemoryRealtime(RealtimeBackend):
    """Keeps a bounded queue per subscriber, so that a slow one holds up nobody.

    When a queue is full the oldest event in it is dropped. A callback's error is logged and neither
    ends its subscription nor reaches anybody else. Use it from one event loop.
    """

    def __init__(self, max_queue_size: int = DEFAULT_QUEUE_SIZE) -> None:
        if max_queue_size < 1:
            raise ValueError(f"max_queue_size must be at least 1, got {max_queue_size}")
        self._max_queue_size = max_queue_size
        self._topics: dict[str, dict[str, _Subscription]] = {}
        self._topic_of: dict[str, str] = {}

    @property
    def subscription_count(self) -> int:
        """How many subscriptions there are, over all topics."""
        return len(self._topic_of)

    async def publish(self, channel: str, event: EphemeralEvent) -> None:
        """Queue the event for every subscriber of `channel`."""
        for subscription in self._topics.get(channel, {}).values():
            subscription.put(event)

    async def subscribe(self, channel: str, callback: EphemeralCallback) -> str:
        """Call `callback` with every later event of `channel`; return the subscription's id."""
        subscription_id = new_id()
        subscription = _Subscription(channel, callback, self._max_queue_size)
        self._topics.setdefault(channel, {})[subscription_id] = subscription
        self._topic_of[subscription_id] = channel
        return subscription_id

    async def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription; what it has queued is dropped, a running call may finish."""
        channel = self._topic_of.pop(subscription_id, None)
        if channel is None:
            return False
        subscriptions = self._topics[channel]
        subscriptions.pop(subscription_id).stop()
        if not subscriptions:
            del self._topics[channel]
        return True

    async def close(self) -> None:
        """End every subscription and cancel the calls that are running."""
        subscriptions = [s for topic in self._topics.values() for s in topic.values()]
        self._topics.clear()
        self._topic_of.clear()
        for subscription in subscriptions:
            await subscription.cancel()


class _Subscription:
    """One subscriber's queue, emptied by a task that lives only while there is something in it."""

    def __init__(self, channel: str, callback: EphemeralCallback, max_queue_size: int) -> None:
        self._channel = channel
        self._callback = callback
        self._queue: deque[EphemeralEvent] = deque(maxlen=max_queue_size)
        self._drain: asyncio.Task[None] | None = None
        self._overflowing = False

    def put(self, event: EphemeralEvent) -> None:
        if len(self._queue) == self._queue.maxlen and not self._overflowing:
            self._overflowing = True  # said once until the subscriber has caught up
            logger.warning(
                "a realtime subscriber is too slow: its oldest events are dropped",
                extra={"topic": self._channel, "queue_size": self._queue.maxlen},
            )
        self._queue.append(event)
        if self._drain is None:
            self._drain = asyncio.create_task(self._empty_queue())

    def stop(self) -> None:
        self._queue.clear()

    async def cancel(self) -> None:
        self.stop()
        drain = self._drain
        if drain is not None and drain is not asyncio.current_task():
            drain.cancel()
            await asyncio.wait([drain])

    async def _empty_queue(self) -> None:
        try:
            while self._queue:
                await self._call(self._queue.popleft())
        finally:
            self._drain = None
            self._overflowing = False

    async def _call(self, event: EphemeralEvent) -> None:
        try:
            pending = self._callback(event)
            if inspect.isawaitable(pending):
                await pending
        except Exception:  # a failure stays with its subscriber: best effort
            logger.exception("a realtime subscriber failed", extra={"topic": self._channel})
