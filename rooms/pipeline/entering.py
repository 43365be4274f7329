"""Coming into a room under its lock: one read for the room, the known key and the lease."""

import asyncio
import random

from rooms.domain.lease import RoomEntry
from rooms.locks.base import Hold
from rooms.stores.base import ConversationStore

# Whoever holds the room does not tell when it leaves, so it is asked again, at odds with others.
_ASK_AGAIN_S = (0.005, 0.025)


async def enter(
    store: ConversationStore, hold: Hold, room_id: str, *, key: str | None = None
) -> RoomEntry:
    """Read a room, waiting while another process holds it.

    Args:
        store: Where the room is.
        hold: The lock the caller has; it takes over the lease that came with the read.
        room_id: The room.
        key: An idempotency key to look up in the same read.
    """
    while True:
        entry = await hold.entered(store.enter_room(room_id, key=key, lease=hold.request))
        if not entry.busy:
            return entry
        await asyncio.sleep(random.uniform(*_ASK_AGAIN_S))  # noqa: S311 - spreads, hides nothing
