"""Summaries, long results, active skills and knowledge in memory."""

import math
import re
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Sequence

from channels_app.ai.records import KnowledgeEntry, RoomSummary

MAX_RESULTS = 50
"""How many long results are kept of a room."""

WORD = re.compile(r"\w+")


class MemorySummaries:
    """Implements `SummaryStore`."""

    def __init__(self) -> None:
        self._summaries: dict[tuple[str, str], RoomSummary] = {}

    async def get(self, room_id: str, channel_id: str) -> RoomSummary | None:
        """Return an agent's summary of a room, or None."""
        return self._summaries.get((room_id, channel_id))

    async def put(self, summary: RoomSummary) -> None:
        """Insert or replace; one that covers less than the stored one changes nothing."""
        key = (summary.room_id, summary.channel_id)
        stored = self._summaries.get(key)
        if stored is None or stored.upto_index <= summary.upto_index:
            self._summaries[key] = summary

    async def forget(self, room_id: str) -> None:
        """Delete a room's summaries."""
        for key in [key for key in self._summaries if key[0] == room_id]:
            del self._summaries[key]


class MemoryResults:
    """Implements `ResultStore`."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, OrderedDict[str, str]] = defaultdict(OrderedDict)

    async def put(self, room_id: str, result_id: str, text: str) -> None:
        """Keep a text; of a room only the newest stay."""
        kept = self._rooms[room_id]
        kept[result_id] = text
        kept.move_to_end(result_id)
        if len(kept) > MAX_RESULTS:
            kept.popitem(last=False)

    async def get(self, room_id: str, result_id: str) -> str | None:
        """Return a text of this room, or None."""
        return self._rooms[room_id].get(result_id) if room_id in self._rooms else None


class MemoryActivations:
    """Implements `ActivationStore`."""

    def __init__(self) -> None:
        self._active: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    async def active(self, room_id: str, channel_id: str) -> list[str]:
        """Return the active skills, the one activated last at the end."""
        return [*self._active.get((room_id, channel_id), ())]

    async def activate(self, room_id: str, channel_id: str, name: str) -> bool:
        """Put a skill in force; False if it was already."""
        active = self._active[room_id, channel_id]
        is_new = name not in active
        if not is_new:
            active.remove(name)
        active.append(name)
        return is_new


class MemoryKnowledge:
    """Implements `KnowledgeStore`: how often the words of a question occur, by length of text."""

    def __init__(self) -> None:
        self._entries: dict[str, KnowledgeEntry] = {}

    async def index(self, entries: Sequence[KnowledgeEntry]) -> None:
        """Insert or replace texts by id."""
        self._entries.update({entry.id: entry for entry in entries})

    async def search(
        self, query: str, *, organization_id: str | None, room_id: str, limit: int = 5
    ) -> list[tuple[KnowledgeEntry, float]]:
        """Return the best matches with a score, higher is better."""
        asked = set(_words(query))
        scored = [
            (entry, _score(asked, entry.content))
            for entry in self._entries.values()
            if entry.organization_id == organization_id and entry.room_id in {None, room_id}
        ]
        found = [(entry, score) for entry, score in scored if score > 0]
        return sorted(found, key=lambda each: each[1], reverse=True)[:limit]

    async def remove(self, *, room_id: str | None = None, ids: Sequence[str] = ()) -> None:
        """Delete texts of a room, or by id."""
        for entry in [*self._entries.values()]:
            if entry.id in ids or (room_id is not None and entry.room_id == room_id):
                del self._entries[entry.id]


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _score(asked: set[str], text: str) -> float:
    counts = Counter(_words(text))
    hits = sum(counts[word] for word in asked)
    return hits / (1.0 + math.sqrt(sum(counts.values())))
