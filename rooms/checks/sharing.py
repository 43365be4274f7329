"""Parts that work in one process only, where there are several."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from rooms.checks.topologies import find_shared_topology
from rooms.topology import CELERY

LOCAL_CACHES = ("locmem.LocMemCache", "dummy.DummyCache")


def check_locks(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse locks that the other processes do not see."""
    topology = find_shared_topology()
    if topology is None or topology.locks != "memory":
        return []
    return [
        Error(
            "Rooms are locked in the memory of this process, but other processes work on the same "
            "rooms: two messages could pass the hooks of a room at the same time.",
            hint=(
                "Leave ROOMKIT['LOCKS'] out (ROOMKIT_LOCKS), which takes locks in the database, "
                "or set it to 'database' or 'redis'."
            ),
            id="roomkit_rooms.E018",
        )
    ]


def check_layer(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse a channel layer that ends at this process."""
    topology = find_shared_topology()
    if topology is None or not topology.has_lonely_layer:
        return []
    return [
        Error(
            f"The channel layer is {topology.describe_layer()}, but other processes work on the "
            "same rooms: who is connected to one would not see what another one stores.",
            hint=(
                "Set REDIS_URL; in a site of your own, make "
                "'channels_redis.pubsub.RedisPubSubChannelLayer' the default of CHANNEL_LAYERS."
            ),
            id="roomkit_rooms.E004",
        )
    ]


def check_broker(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse Celery without a broker, and warn of Celery that never leaves the process."""
    topology = find_shared_topology()
    if topology is None or topology.dispatcher != CELERY:
        return []
    found: list[CheckMessage] = []
    if not topology.broker:
        found.append(
            Error(
                "The dispatcher is 'celery', but there is no broker for its tasks.",
                hint="Set REDIS_URL, or CELERY_BROKER_URL for a broker of another kind.",
                id="roomkit_rooms.E019",
            )
        )
    if getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False):
        found.append(
            Warning(
                "CELERY_TASK_ALWAYS_EAGER runs Celery's tasks inside the process that commits: "
                "nothing is handed to workers.",
                hint="Remove it; tests that want one process use ROOMKIT_DISPATCHER=in_process.",
                id="roomkit_rooms.W014",
            )
        )
    return found


def check_counting(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Warn of limits and breakers that each process counts alone."""
    topology = find_shared_topology()
    if topology is None or topology.redis_url:
        return []
    return [
        Warning(
            "Several processes work on the same rooms, but each counts rate limits and failures "
            "alone: together they send more than a limit allows, and presence is not shared.",
            hint="Set ROOMKIT['REDIS_URL'] (REDIS_URL).",
            id="roomkit_rooms.W023",
        )
    ]


def check_cache(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Warn of a cache that each process has for itself."""
    backend = str(settings.CACHES.get("default", {}).get("BACKEND", ""))
    if find_shared_topology() is None or not backend.endswith(LOCAL_CACHES):
        return []
    return [
        Warning(
            f"The default cache is {backend.rpartition('.')[2]}, which each process has for "
            "itself: what one stores or drops, the others do not see.",
            hint=(
                "Set REDIS_URL; in a site of your own, make "
                "'django.core.cache.backends.redis.RedisCache' the default of CACHES."
            ),
            id="roomkit_rooms.W024",
        )
    ]
