"""Channel layers for tests of several processes: one object per process, one wire between them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from channels.layers import BaseChannelLayer, InMemoryChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

from rooms.layer import LayerBus
from tests.addresses import REDIS_URL

MakeBus = Callable[[], LayerBus]
# Short, so that a test of an outage takes no time.
BEAT_S = 0.05


@asynccontextmanager
async def buses(kind: str) -> AsyncIterator[MakeBus]:
    """Return what makes a bus of one more process; all of them are closed at the end."""
    prefix, shared = f"test-{uuid4().hex}", InMemoryChannelLayer()

    async with AsyncExitStack() as stack:

        def make() -> LayerBus:
            layer: BaseChannelLayer = shared
            if kind == "redis":
                layer = RedisPubSubChannelLayer(hosts=[REDIS_URL], prefix=prefix)
                stack.push_async_callback(layer.flush)
            bus = LayerBus(layer, beat_s=BEAT_S)
            stack.push_async_callback(bus.close)
            return bus

        yield make
