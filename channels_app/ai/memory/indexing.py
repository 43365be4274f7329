"""What was said in rooms, as texts to be found again."""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256

from channels_app.ai.records import KnowledgeEntry
from channels_app.ai.transcript import author_of
from channels_app.ai.wording import describe
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventStatus, EventType
from rooms.domain.event import RoomEvent

MAX_ROOMS = 1024
MAX_EVENTS = 500
MIN_CHARS = 3
SOURCE = "said earlier in this conversation by {}"


def entry_id(channel_id: str, event_id: str) -> str:
    """Return the id of an event's text, as one agent was told it."""
    told = f"{channel_id}\0{event_id}"
    return f"event-{sha256(told.encode()).hexdigest()[:40]}"


class RoomTexts:
    """Knows which events were indexed already: the newest of the rooms that spoke last.

    What it forgets is indexed once more, which changes nothing.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], dict[str, str]] = OrderedDict()

    def news(self, context: RoomContext, channel_id: str) -> list[KnowledgeEntry]:
        """Return the texts that are new, or were changed, of the older half of the events."""
        known = self._known.get((context.room.id, channel_id), {})
        older = context.recent_events[: len(context.recent_events) // 2]
        entries = (_entry(event, context, channel_id) for event in older if _is_text(event))
        return [entry for entry in entries if known.get(entry.id) != entry.content]

    def note(self, room_id: str, channel_id: str, entries: Sequence[KnowledgeEntry]) -> None:
        """Remember that these were indexed, and the newest of those before."""
        known = self._known.get((room_id, channel_id), {})
        known = known | {entry.id: entry.content for entry in entries}
        self._known[room_id, channel_id] = dict(list(known.items())[-MAX_EVENTS:])
        self._known.move_to_end((room_id, channel_id))
        if len(self._known) > MAX_ROOMS:
            self._known.popitem(last=False)

    def forget_event(self, room_id: str, channel_id: str, event_id: str) -> None:
        """Have an event indexed again when it is seen again."""
        self._known.get((room_id, channel_id), {}).pop(entry_id(channel_id, event_id), None)

    def forget_room(self, room_id: str) -> None:
        """Forget everything of a room."""
        for key in [key for key in self._known if key[0] == room_id]:
            del self._known[key]


def _is_text(event: RoomEvent) -> bool:
    if event.type is not EventType.MESSAGE or event.status is EventStatus.BLOCKED:
        return False
    return not event.metadata.get("deleted") and len(describe(event.content)) >= MIN_CHARS


def _entry(event: RoomEvent, context: RoomContext, channel_id: str) -> KnowledgeEntry:
    author = author_of(event)
    participant = context.get_participant(author)
    return KnowledgeEntry(
        id=entry_id(channel_id, event.id),
        organization_id=context.room.organization_id,
        room_id=context.room.id,
        channel_id=channel_id,
        event_id=event.id,
        source=SOURCE.format((participant.display_name if participant else None) or author),
        content=describe(event.content),
    )
