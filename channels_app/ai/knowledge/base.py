"""The contract of sources of knowledge."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from channels_app.ai.records import KnowledgeEntry
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class KnowledgeResult(Frozen):
    """A text that was found.

    Attributes:
        score: How well it matches, higher is better.
        source: Where it comes from, as the model is told.
        event_id: The event it was said in, if it was said in a room.
    """

    content: str
    score: float = 0.0
    source: str = ""
    metadata: JsonObject = {}
    event_id: str | None = None


class KnowledgeSource(ABC):
    """Finds texts by a question. One object serves all rooms.

    What it finds is for one organization and one reader: a source that keeps texts of several must
    tell them apart.
    """

    @abstractmethod
    async def search(
        self,
        query: str,
        *,
        room_id: str,
        organization_id: str | None,
        channel_id: str | None = None,
        limit: int = 5,
    ) -> list[KnowledgeResult]:
        """Return the best matches, best first.

        Args:
            query: What is asked, in words.
            room_id: Where it is asked; of what was said in rooms only this one's may be found.
            organization_id: Whose room it is; texts of another organization must not be found.
            channel_id: Who asks; what was said to another agent must not be found.
            limit: How many at most.
        """

    async def index(self, entries: Sequence[KnowledgeEntry]) -> None:
        """Take in texts, replacing those of the same ids; a source that only reads does nothing."""

    async def remove(self, *, room_id: str | None = None, ids: Sequence[str] = ()) -> None:
        """Delete texts of a room, or by id; a source that only reads does nothing."""

    async def close(self) -> None:
        """Free what is held; calling it twice does no harm."""
