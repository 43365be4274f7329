"""The bus: carries what is shown in rooms between the processes that show it."""

import asyncio
import inspect
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject

logger = logging.getLogger("roomkit.core.bus")

Receiver = Callable[[JsonObject], Awaitable[None]]
"""Awaited with each message of a topic."""

GapCallback = Callable[[], Awaitable[None] | None]
"""Called when messages may have been lost; may be a coroutine function."""


class Bus(ABC):
    """Publish and subscribe by topic: at most once, in order per publisher, nothing kept.

    Whoever cannot do without a message must be able to find out what it missed: the timeline tells.

    Attributes:
        is_shared: Whether other processes listen too, so that a message has to be JSON and what
            is shown here may be watched elsewhere.
    """

    is_shared: bool = False

    def __init__(self) -> None:
        self._gap_callbacks: list[GapCallback] = []

    @abstractmethod
    async def publish(self, topic: str, message: JsonObject, *, skip: str | None = None) -> None:
        """Tell every subscriber of a topic; never raises.

        Args:
            topic: Any text.
            message: JSON values only.
            skip: The subscription that knows it already, usually the publisher's own.
        """

    @abstractmethod
    async def subscribe(self, topic: str, receive: Receiver) -> str:
        """Await `receive` with every later message of a topic; return the subscription's id.

        Belongs to the running event loop. Once this returns nothing published is missed, unless
        the bus is down: then the gap callbacks are called when it is up again.
        """

    @abstractmethod
    async def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription; an unknown one is fine."""

    def on_gap(self, callback: GapCallback) -> None:
        """Call `callback` whenever messages may have been lost and the bus works again."""
        self._gap_callbacks.append(callback)

    @abstractmethod
    async def close(self) -> None:
        """End the subscriptions of the running event loop."""

    async def tell_gap(self) -> None:
        """Call the gap callbacks; their failures are logged."""
        for callback in list(self._gap_callbacks):
            try:
                pending = callback()
                if inspect.isawaitable(pending):
                    await pending
            except Exception:  # one listener must not keep the others from healing
                logger.exception("gap callback failed")


class LocalBus(Bus):
    """Carries messages inside this process; `publish` returns once all subscribers have them."""

    def __init__(self) -> None:
        super().__init__()
        self._subscribers = Subscribers()

    async def publish(self, topic: str, message: JsonObject, *, skip: str | None = None) -> None:
        """Await every subscriber of a topic but `skip`."""
        await self._subscribers.tell(topic, message, skip=skip)

    async def subscribe(self, topic: str, receive: Receiver) -> str:
        """Await `receive` with every later message of a topic; return the subscription's id."""
        return self._subscribers.add(topic, receive)

    async def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription; an unknown one is fine."""
        self._subscribers.remove(subscription_id)

    async def close(self) -> None:
        """End every subscription."""
        self._subscribers.clear()


class Subscribers:
    """Who listens to which topic in one event loop."""

    def __init__(self) -> None:
        self._by_topic: dict[str, dict[str, Receiver]] = {}
        self._topic_of: dict[str, str] = {}

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that have a subscriber."""
        return tuple(self._by_topic)

    def __contains__(self, topic: str) -> bool:
        return topic in self._by_topic

    def add(self, topic: str, receive: Receiver) -> str:
        """Take a subscriber in; return its id."""
        subscription_id = new_id()
        self._by_topic.setdefault(topic, {})[subscription_id] = receive
        self._topic_of[subscription_id] = topic
        return subscription_id

    def remove(self, subscription_id: str) -> str | None:
        """Let a subscriber go; return its topic, None if it was unknown."""
        topic = self._topic_of.pop(subscription_id, None)
        if topic is not None:
            del self._by_topic[topic][subscription_id]
            if not self._by_topic[topic]:
                del self._by_topic[topic]
        return topic

    def clear(self) -> None:
        """Let everybody go."""
        self._by_topic.clear()
        self._topic_of.clear()

    async def tell(self, topic: str, message: JsonObject, *, skip: str | None = None) -> None:
        """Await the subscribers of a topic side by side; their failures are logged."""
        known = self._by_topic.get(topic, {})
        calls = [_call(topic, receive, message) for id_, receive in known.items() if id_ != skip]
        if len(calls) == 1:
            await calls[0]
        else:
            await asyncio.gather(*calls)


async def _call(topic: str, receive: Receiver, message: JsonObject) -> None:
    try:
        await receive(message)
    except Exception:  # a subscriber's failure stays with it: best effort
        logger.exception("a subscriber of the bus failed", extra={"topic": topic})
