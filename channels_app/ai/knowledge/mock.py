"""A source of knowledge that is told what to find."""

from collections.abc import Sequence
from typing import NamedTuple

from channels_app.ai.knowledge.base import KnowledgeResult, KnowledgeSource
from channels_app.ai.records import KnowledgeEntry


class KnowledgeSearch(NamedTuple):
    """One question to a mock: the words, the room, the organization, who asked, how many."""

    query: str
    room_id: str
    organization_id: str | None
    channel_id: str | None
    limit: int


class MockKnowledgeSource(KnowledgeSource):
    """Finds what it was told to, for tests.

    Attributes:
        searches: Every question it was asked.
        indexed: Every text it was given.
        removed: The ids it was told to delete.
        cleared: The rooms whose texts it was told to delete.
        closed: Whether `close` was called.
    """

    def __init__(self, results: Sequence[KnowledgeResult] = ()) -> None:
        self.searches: list[KnowledgeSearch] = []
        self.indexed: list[KnowledgeEntry] = []
        self.removed: list[str] = []
        self.cleared: list[str] = []
        self.closed = False
        self._results = list(results)

    async def search(
        self,
        query: str,
        *,
        room_id: str,
        organization_id: str | None,
        channel_id: str | None = None,
        limit: int = 5,
    ) -> list[KnowledgeResult]:
        """Note the question and return the first results the constructor was given."""
        search = KnowledgeSearch(query, room_id, organization_id, channel_id, limit)
        self.searches.append(search)
        return self._results[:limit]

    async def index(self, entries: Sequence[KnowledgeEntry]) -> None:
        """Note the texts."""
        self.indexed += entries

    async def remove(self, *, room_id: str | None = None, ids: Sequence[str] = ()) -> None:
        """Note the ids and the room."""
        self.removed += ids
        if room_id is not None:
            self.cleared.append(room_id)

    async def close(self) -> None:
        """Note that it was called."""
        self.closed = True
