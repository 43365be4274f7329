"""What several processes share, each as the entry of a Django setting."""

from typing import Any

REDIS_SCHEMES = ("redis://", "rediss://")

# Longer than any wait: what a worker that died had reserved is found in the outbox by the sweep of
# another one, long before the broker hands the wake-up out again.
VISIBILITY_TIMEOUT_S = 3600
BROKER_ANSWERS_WITHIN_S = 5


def channel_layer(redis_url: str, *, prefix: str) -> dict[str, Any]:
    """Build an entry of ``CHANNEL_LAYERS``.

    Args:
        redis_url: ``redis://host:port/number``; empty keeps messages in this process.
        prefix: Sets this site's topics apart. Redis knows one space of topics for all its
            database numbers.
    """
    if not redis_url:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [redis_url], "prefix": prefix},
    }


def cache(redis_url: str, *, prefix: str) -> dict[str, Any]:
    """Build an entry of ``CACHES``.

    Args:
        redis_url: ``redis://host:port/number``; empty keeps values in this process.
        prefix: Sets this site's keys apart.
    """
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": prefix,
    }


def broker_options(broker_url: str, *, prefix: str) -> dict[str, Any]:
    """Build ``CELERY_BROKER_TRANSPORT_OPTIONS``; brokers other than Redis take none of these.

    Args:
        broker_url: Where Celery's queues are.
        prefix: Sets this site's queues apart.
    """
    if not broker_url.startswith(REDIS_SCHEMES):
        return {}
    return {
        "global_keyprefix": f"{prefix}:",
        "visibility_timeout": VISIBILITY_TIMEOUT_S,
        "socket_connect_timeout": BROKER_ANSWERS_WITHIN_S,
        "socket_timeout": BROKER_ANSWERS_WITHIN_S,
    }
