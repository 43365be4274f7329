"""Ephemeral events over the bus, so that they reach every process that shows a room."""

import asyncio
import logging

from rooms.domain.json import JsonObject
from rooms.realtime.base import EphemeralCallback, EphemeralEvent, RealtimeBackend
from rooms.realtime.bus import Bus
from rooms.realtime.memory import DEFAULT_QUEUE_SIZE, InMemoryRealtime

logger = logging.getLogger("roomkit.core.realtime")


class BusRealtime(RealtimeBackend):
    """Queues for subscribers here as `InMemoryRealtime` does, and tells the other processes.

    The bus is the kit's and is not closed with this. Use it from one event loop.
    """

    def __init__(self, bus: Bus, max_queue_size: int = DEFAULT_QUEUE_SIZE) -> None:
        self._bus = bus
        self._here = InMemoryRealtime(max_queue_size)
        self._listeners: dict[str, int] = {}
        self._bus_ids: dict[str, str] = {}
        self._channel_of: dict[str, str] = {}
        self._changing = asyncio.Lock()

    async def publish(self, channel: str, event: EphemeralEvent) -> None:
        """Queue the event for every subscriber of `channel`, here and elsewhere."""
        await self._here.publish(channel, event)
        await self._bus.publish(
            _topic(channel), event.to_dict(), skip=self._bus_ids.get(channel, "")
        )

    async def subscribe(self, channel: str, callback: EphemeralCallback) -> str:
        """Call `callback` with every later event of `channel`; return the subscription's id."""
        subscription_id = await self._here.subscribe(channel, callback)
        self._channel_of[subscription_id] = channel
        self._listeners[channel] = self._listeners.get(channel, 0) + 1
        await self._follow(channel)
        return subscription_id

    async def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription; what it has queued is dropped, a running call may finish."""
        channel = self._channel_of.pop(subscription_id, None)
        if channel is None:
            return False
        await self._here.unsubscribe(subscription_id)
        self._listeners[channel] -= 1
        if not self._listeners[channel]:
            del self._listeners[channel]
        await self._follow(channel)
        return True

    async def close(self) -> None:
        """End every subscription and cancel the calls that are running."""
        self._listeners.clear()
        self._channel_of.clear()
        for channel in list(self._bus_ids):
            await self._follow(channel)
        await self._here.close()

    async def _follow(self, channel: str) -> None:
        """Listen to a channel on the bus while anybody here does."""
        async with self._changing:
            if channel in self._listeners and channel not in self._bus_ids:
                self._bus_ids[channel] = await self._bus.subscribe(
                    _topic(channel), _Forwarding(channel, self._here)
                )
            elif channel not in self._listeners and channel in self._bus_ids:
                await self._bus.unsubscribe(self._bus_ids.pop(channel))


class _Forwarding:
    """Queues what the bus brings for the subscribers here."""

    def __init__(self, channel: str, here: InMemoryRealtime) -> None:
        self._channel = channel
        self._here = here

    async def __call__(self, message: JsonObject) -> None:
        try:
            event = EphemeralEvent.from_dict(message)
        except (KeyError, ValueError):  # of a newer version, perhaps: it passes by anyway
            logger.warning("unreadable ephemeral event", extra={"topic": self._channel})
            return
        await self._here.publish(self._channel, event)


def _topic(channel: str) -> str:
    return f"realtime:{channel}"
