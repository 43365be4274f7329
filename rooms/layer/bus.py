"""A bus over a channel layer: Redis between processes, or memory in tests."""

import asyncio
from typing import NoReturn

from channels.layers import BaseChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured

from rooms.domain.json import JsonObject
from rooms.layer.line import BEAT_S, LayerLine
from rooms.realtime.bus import Bus, Receiver


class LayerBus(Bus):
    """Carries messages to subscribers here directly, to other processes through the layer.

    Subscribers of this process and event loop are awaited by `publish` whether the layer works or
    not. For the others nothing waits: while the layer is down what is published is lost to them,
    and their gap callbacks tell so once it is up again.

    Args:
        layer: One that knows groups; None takes the site's default.
        beat_s: How often a process asks the layer for a sign of life, in seconds.

    Raises:
        ImproperlyConfigured: If no layer is given and the site has none.
    """

    is_shared = True

    def __init__(self, layer: BaseChannelLayer | None = None, *, beat_s: float = BEAT_S) -> None:
        super().__init__()
        self._layer = layer or get_channel_layer() or _refuse()
        self._beat_s = beat_s
        self._lines: dict[asyncio.AbstractEventLoop, LayerLine] = {}

    async def publish(self, topic: str, message: JsonObject, *, skip: str | None = None) -> None:
        """Await the subscribers here but `skip`, and send to everybody else's."""
        line = self._line()
        await line.send(topic, message)
        await line.subscribers.tell(topic, message, skip=skip)

    async def subscribe(self, topic: str, receive: Receiver) -> str:
        """Await `receive` with every later message of a topic; return the subscription's id."""
        line = self._line()
        subscription_id = line.subscribers.add(topic, receive)
        await line.follow(topic)
        return subscription_id

    async def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription of this event loop; an unknown one is fine."""
        line = self._line()
        topic = line.subscribers.remove(subscription_id)
        if topic is not None:
            await line.follow(topic)

    async def close(self) -> None:
        """Leave the layer with what belongs to the running event loop."""
        line = self._lines.pop(asyncio.get_running_loop(), None)
        if line is not None:
            await line.close()

    def _line(self) -> LayerLine:
        """Return the running event loop's end of the layer."""
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop)
        if line is None:
            for other in [each for each in self._lines if each.is_closed()]:
                del self._lines[other]
            line = LayerLine(self._layer, on_gap=self.tell_gap, beat_s=self._beat_s)
            self._lines[loop] = line
        return line


def _refuse() -> NoReturn:
    raise ImproperlyConfigured(
        "CHANNEL_LAYERS has no 'default': several processes need one that they share, such as "
        "channels_redis.pubsub.RedisPubSubChannelLayer"
    )
