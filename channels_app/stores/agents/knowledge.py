"""Texts that agents look things up in, in the database."""

from collections.abc import Sequence

from django.db.models import Q

from channels_app.ai.records import KnowledgeEntry as Entry
from channels_app.ai.store import KnowledgeStore
from channels_app.models import KnowledgeEntry
from channels_app.selectors.knowledge import Question, search_knowledge
from rooms.stores.orm.executor import DatabaseThreads

COLUMNS = (
    "organization_id",
    "room",
    "channel_id",
    "event",
    "source",
    "content",
    "metadata",
    "indexed_at",
)


class DatabaseKnowledge(KnowledgeStore):
    """Keeps texts and finds them by the database's own full-text index."""

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def index(self, entries: Sequence[Entry]) -> None:
        """Insert or replace texts by id."""
        if entries:
            await self._threads.run(_index, entries)

    async def search(
        self, query: str, *, organization_id: str | None, room_id: str, limit: int = 5
    ) -> list[tuple[Entry, float]]:
        """Return the best matches with a score, higher is better.

        Of texts that belong to rooms only those of `room_id` are found. A text matches with any of
        the words; a longer word also matches words that begin with it. Scores of two databases
        cannot be compared.
        """
        question = Question(query, organization_id, room_id, limit)
        return await self._threads.run(search_knowledge, question)

    async def remove(self, *, room_id: str | None = None, ids: Sequence[str] = ()) -> None:
        """Delete texts of a room, or by id."""
        await self._threads.run(_remove, room_id, ids)


def _index(entries: Sequence[Entry]) -> None:
    # One statement cannot write the same id twice.
    rows = {entry.id: KnowledgeEntry.from_domain(entry) for entry in entries}
    KnowledgeEntry.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["entry_id"], update_fields=COLUMNS
    )


def _remove(room_id: str | None, ids: Sequence[str]) -> None:
    chosen = Q(entry_id__in=ids)
    if room_id is not None:
        chosen |= Q(room_id=room_id)
    KnowledgeEntry.objects.filter(chosen).delete()
