"""Tool results too long for a model, in the database."""

from django.db import transaction

from channels_app.ai.store import ResultStore
from channels_app.models import StoredToolResult
from rooms.domain.content import make_storable
from rooms.selectors.clock import get_database_now
from rooms.stores.orm.executor import DatabaseThreads

MOST_OF_A_ROOM = 50


class DatabaseResults(ResultStore):
    """Keeps the newest texts of each room."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def put(self, room_id: str, result_id: str, text: str) -> None:
        """Keep a text; of a room only the newest 50 stay."""
        await self._threads.run(_put, room_id, result_id, text)

    async def get(self, room_id: str, result_id: str) -> str | None:
        """Return a text of this room, or None."""
        return await self._threads.run(_get, room_id, result_id)


@transaction.atomic
def _put(room_id: str, result_id: str, text: str) -> None:
    rows = StoredToolResult.objects.filter(room_id=room_id)
    rows.filter(result_id=result_id).delete()
    rows.create(
        room_id=room_id,
        result_id=result_id,
        text=make_storable(text),
        created_at=get_database_now(),
    )
    newest = rows.order_by("-pk").values("pk")[:MOST_OF_A_ROOM]
    rows.exclude(pk__in=newest).delete()


def _get(room_id: str, result_id: str) -> str | None:
    rows = StoredToolResult.objects.filter(room_id=room_id, result_id=result_id)
    return rows.values_list("text", flat=True).first()
