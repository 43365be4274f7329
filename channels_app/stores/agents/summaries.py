"""What agents remember of the beginnings of rooms, in the database."""

from django.db import transaction

from channels_app.ai.records import RoomSummary as Summary
from channels_app.ai.store import SummaryStore
from channels_app.models import RoomSummary
from rooms.stores.orm.executor import DatabaseThreads


class DatabaseSummaries(SummaryStore):
    """Keeps summaries; they go with their rooms."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def get(self, room_id: str, channel_id: str) -> Summary | None:
        """Return an agent's summary of a room, or None."""
        return await self._threads.run(_get, room_id, channel_id)

    async def put(self, summary: Summary) -> None:
        """Insert or replace; one that covers less than the stored one changes nothing."""
        await self._threads.run(_put, summary)

    async def forget(self, room_id: str) -> None:
        """Delete a room's summaries, because what they say was changed or erased."""
        await self._threads.run(_forget, room_id)


def _get(room_id: str, channel_id: str) -> Summary | None:
    row = RoomSummary.objects.filter(room_id=room_id, channel_id=channel_id).first()
    return None if row is None else row.to_domain()


@transaction.atomic
def _put(summary: Summary) -> None:
    # In this order no other process comes in between with one that covers less.
    RoomSummary.objects.bulk_create([RoomSummary.from_domain(summary)], ignore_conflicts=True)
    stored = RoomSummary.objects.filter(room_id=summary.room_id, channel_id=summary.channel_id)
    stored.filter(upto_index__lte=summary.upto_index).update(**RoomSummary.own_columns(summary))


def _forget(room_id: str) -> None:
    RoomSummary.objects.filter(room_id=room_id).delete()
