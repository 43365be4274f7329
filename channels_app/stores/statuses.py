"""Statuses of agents in the site's database."""

from channels_app.ai.statuses import KEPT_PER_ROOM, Statuses
from channels_app.ai.statuses import StatusEntry as Entry
from channels_app.models import StatusEntry
from rooms.stores.base import ConversationStore
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads

TRIM_EVERY = 50


def database_statuses(rooms: ConversationStore) -> Statuses | None:
    """Return where statuses are kept beside rooms of the database; None beside others."""
    return DatabaseStatuses(rooms.threads) if isinstance(rooms, OrmStore) else None


class DatabaseStatuses(Statuses):
    """Keeps statuses where every process finds them."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def add(self, entry: Entry) -> None:
        """Insert a status.

        Raises:
            RowRefusedError: If the room is gone.
        """
        await self._threads.run(_add, entry)

    async def latest(self, room_id: str, agent_id: str) -> Entry | None:
        """Return an agent's newest status in a room, or None."""
        return await self._threads.run(_latest, room_id, agent_id)

    async def recent(self, room_id: str, *, limit: int) -> list[Entry]:
        """Return a room's newest statuses, oldest first."""
        return await self._threads.run(_recent, room_id, limit)


def _add(entry: Entry) -> None:
    row = StatusEntry.from_domain(entry)
    row.save(force_insert=True)
    if row.pk % TRIM_EVERY == 0:
        _trim(entry.room_id)


def _trim(room_id: str) -> None:
    """Delete what is older than the newest of a room that are kept."""
    rows = StatusEntry.objects.filter(room_id=room_id)
    oldest = rows.order_by("-pk").values_list("pk", flat=True)[KEPT_PER_ROOM - 1 : KEPT_PER_ROOM]
    for pk in oldest:
        rows.filter(pk__lt=pk).delete()


def _latest(room_id: str, agent_id: str) -> Entry | None:
    row = StatusEntry.objects.filter(room_id=room_id, agent_id=agent_id).order_by("pk").last()
    return None if row is None else row.to_domain()


def _recent(room_id: str, limit: int) -> list[Entry]:
    rows = StatusEntry.objects.filter(room_id=room_id).order_by("-pk")[:limit]
    return [row.to_domain() for row in reversed(rows)]
