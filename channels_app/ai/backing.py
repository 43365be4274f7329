"""Which place agents keep their things in: beside the rooms they are in."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.store import AIStore
from rooms.stores.base import ConversationStore

Maker = Callable[[ConversationStore], AIStore | None]

_makers: list[Maker] = []
_stores: "WeakKeyDictionary[ConversationStore, AIStore]" = WeakKeyDictionary()


def register_maker(maker: Maker) -> None:
    """Offer a place to keep things beside conversation stores of a kind; None passes on others."""
    if maker not in _makers:
        _makers.append(maker)


def store_beside(rooms: ConversationStore) -> AIStore:
    """Return where agents keep things beside these rooms; the same object each time."""
    if rooms not in _stores:
        made = (maker(rooms) for maker in _makers)
        found = next((store for store in made if store is not None), None)
        _stores[rooms] = found or build_memory_store()
    return _stores[rooms]
