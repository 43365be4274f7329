"""Which store a kit gets when it is told of none."""

import inspect
import logging
import sys

from rooms.domain.enums import LaneScope
from rooms.domain.errors import IncompleteStoreError
from rooms.stores.base import ConversationStore
from rooms.stores.memory import InMemoryStore

logger = logging.getLogger("roomkit.store")


def choose_store(
    given: ConversationStore | None, *, lane_scope: LaneScope = LaneScope.BINDING
) -> ConversationStore:
    """Return the given store, the database's when Django's apps are ready, else memory.

    Raises:
        IncompleteStoreError: If the given object lacks methods of the contract.
    """
    if given is not None:
        return _complete(given)
    if _django_is_ready():
        # Imported only where there is a database to keep rooms in.
        from rooms.stores.orm import OrmStore  # noqa: PLC0415

        return OrmStore(lane_scope=lane_scope)
    logger.info("no Django around: rooms are kept in memory and end with this process")
    return InMemoryStore(lane_scope=lane_scope)


def _django_is_ready() -> bool:
    """Tell whether a configured Django has loaded our models; never imports Django itself."""
    registry = sys.modules.get("django.apps")
    return bool(registry and registry.apps.ready and registry.apps.is_installed("rooms"))


def _complete(store: object) -> ConversationStore:
    missing = [
        name
        for name, member in inspect.getmembers(ConversationStore, inspect.isfunction)
        if getattr(member, "__isabstractmethod__", False)
        and not callable(getattr(store, name, None))
    ]
    if missing:
        raise IncompleteStoreError(store, missing)
    return store  # type: ignore[return-value]  # every method of the contract was just checked
