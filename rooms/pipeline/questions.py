"""What an agent is asked: the words of now, for a question may be changed while it waits."""

from rooms.domain.content import TextContent
from rooms.domain.event import RoomEvent
from rooms.domain.room import Room
from rooms.pipeline.draft import Question
from rooms.pipeline.edits import DELETED
from rooms.pipeline.newcomers import Newcomers
from rooms.pipeline.work import Work
from rooms.stores.base import ConversationStore

GONE = TextContent(body="[Message deleted]")
"""What agents read in the place of words that were taken back."""


class Questions:
    """Keeps what was taken back from agents, and loses nothing that is still to be answered."""

    def __init__(self, store: ConversationStore, newcomers: Newcomers) -> None:
        self._store = store
        self._newcomers = newcomers

    async def refresh(self, work: Work, room: Room) -> None:
        """Take the question of a job as it stands on the timeline of its room, as read just now.

        It is read again only if some content of the room has changed.
        """
        if room.history_version == work.context.room.history_version:
            return
        stored = await self._store.get_event(work.event.id)
        if stored is not None:
            work.event = _as_asked(stored)
        work.is_erased = stored is None

    async def is_taken_back(self, work: Work) -> bool:
        """Tell whether nothing is left to answer: it was deleted, and stands for no other question.

        A turn that was begun already goes on, unless its question is deleted for good: then those
        that gave way to it are asked again.
        """
        if work.is_erased:
            return True
        if work.was_asked or not work.event.metadata.get(DELETED):
            return False
        return not await self._newcomers.stands_for_others(work)


def question_of(work: Work) -> Question:
    """Return what a job asks, and when that was read."""
    return Question(work.event.id, work.context.room.history_version)


async def is_erased(store: ConversationStore, question: Question, room: Room) -> bool:
    """Tell whether a question was deleted for good, by its room as read just now."""
    if question.history_version == room.history_version:
        return False
    return await store.get_event(question.event_id) is None


def _as_asked(stored: RoomEvent) -> RoomEvent:
    if not stored.metadata.get(DELETED):
        return stored
    return stored.model_copy(update={"content": GONE})
