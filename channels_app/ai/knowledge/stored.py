"""Looking things up in the texts that are kept beside the rooms."""

from collections.abc import Sequence

from channels_app.ai.knowledge.base import KnowledgeResult, KnowledgeSource
from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.records import KnowledgeEntry
from channels_app.ai.store import AIStore, KnowledgeStore

ASKED_FOR = 5
"""How many times as many texts are asked for as are wanted: some are another agent's."""


class StoredKnowledgeSource(KnowledgeSource):
    """Finds texts of the organization, and of the room what this agent was told in it.

    Texts of the organization come in by `manage.py roomkit_knowledge`.
    """

    def __init__(self) -> None:
        self._knowledge: KnowledgeStore = build_memory_store().knowledge

    def bind(self, store: AIStore) -> None:
        """Keep texts in this store from now on."""
        self._knowledge = store.knowledge

    async def search(
        self,
        query: str,
        *,
        room_id: str,
        organization_id: str | None,
        channel_id: str | None = None,
        limit: int = 5,
    ) -> list[KnowledgeResult]:
        """Return the best matches, best first."""
        found = await self._knowledge.search(
            query, organization_id=organization_id, room_id=room_id, limit=limit * ASKED_FOR
        )
        results = [
            KnowledgeResult(
                content=entry.content,
                score=score,
                source=entry.source,
                metadata=entry.metadata,
                event_id=entry.event_id,
            )
            for entry, score in found
            if entry.channel_id in {None, channel_id}
        ]
        return results[:limit]

    async def index(self, entries: Sequence[KnowledgeEntry]) -> None:
        """Take in texts, replacing those of the same ids."""
        await self._knowledge.index(entries)

    async def remove(self, *, room_id: str | None = None, ids: Sequence[str] = ()) -> None:
        """Delete texts of a room, or by id."""
        await self._knowledge.remove(room_id=room_id, ids=ids)
