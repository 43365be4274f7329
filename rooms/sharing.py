"""What this process has in common with others, as the settings say."""

from django.utils.module_loading import import_string

from rooms.assembly import Sharing
from rooms.conf import RoomkitSettings
from rooms.layer import LayerBus
from rooms.locks.base import RoomLockManager
from rooms.locks.database import DatabaseLockManager
from rooms.locks.memory import InMemoryLockManager
from rooms.pipeline.dispatch import Dispatch
from rooms.ports import SharedState
from rooms.stores.base import ConversationStore


def build_sharing(conf: RoomkitSettings, *, node: str) -> Sharing:
    """Return how a process of this name works with others; alone it needs nothing of it."""
    if not conf.is_shared:
        return Sharing(state=_build_state(conf), node=node)
    waker = import_string(conf.waker)() if conf.waker else None
    dispatch = Dispatch(runs_here=waker is None, is_shared=True, waker=waker)
    return Sharing(dispatch=dispatch, bus=LayerBus(), state=_build_state(conf), node=node)


def build_locks(conf: RoomkitSettings, store: ConversationStore, *, node: str) -> RoomLockManager:
    """Return the locks of rooms that the settings ask for."""
    if conf.locks == "memory":
        return InMemoryLockManager()
    if conf.locks == "database":
        return DatabaseLockManager(store, owner=node, seconds=conf.LEASE_SECONDS)
    # Imported only where Redis is used: the package is an extra.
    from rooms.locks.redis import RedisLockManager  # noqa: PLC0415

    return RedisLockManager(_redis_url(conf), seconds=conf.LEASE_SECONDS, prefix=conf.REDIS_PREFIX)


def _build_state(conf: RoomkitSettings) -> SharedState | None:
    """Return breakers, limits and presence in Redis; without it each process has its own."""
    if conf.REDIS_URL is None:
        return None
    from rooms.shared.redis import RedisSharedState  # noqa: PLC0415 - as above

    return RedisSharedState(conf.REDIS_URL, prefix=conf.REDIS_PREFIX)


def _redis_url(conf: RoomkitSettings) -> str:
    """Return where Redis is; the settings refuse Redis locks without it."""
    return conf.REDIS_URL or ""
