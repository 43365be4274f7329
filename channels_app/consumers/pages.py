"""Pages of a room's timeline as one of its chat channels may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels_app.consumers.server_frames import is_public
from rooms.domain.binding import ChannelBinding
from rooms.domain.event import RoomEvent
from rooms.pipeline.visibility import Visibility, is_visible_to
from rooms.stores.base import ConversationStore

PAGE_SIZE = 200


@dataclass(frozen=True)
class Page:
    """Some of the events that a channel may see.

    Attributes:
        upto: Everything up to this index has been looked at, shown or not.
        more: Whether another page follows.
    """

    events: Sequence[RoomEvent]
    upto: int
    more: bool


class RoomPages:
    """Reads one room for one channel."""

    def __init__(self, store: ConversationStore, room_id: str, channel_id: str) -> None:
        self._store = store
        self._room_id = room_id
        self._channel_id = channel_id

    async def after(self, index: int, *, latest_index: int, limit: int = PAGE_SIZE) -> Page:
        """Return the first events after an index, oldest first; −1 begins at the start.

        Args:
            index: The last one that is known.
            latest_index: What the room said before this was called.
            limit: How many rows to read at most.
        """
        events = await self._store.list_events(self._room_id, limit=limit, after_index=index)
        more = len(events) == limit
        upto = events[-1].index if more else max(index, latest_index, *_last_index(events))
        return Page(await self.shown(events), upto=upto, more=more)

    async def before(self, index: int, *, limit: int = PAGE_SIZE) -> Page:
        """Return the last events before an index, oldest first."""
        events = await self._store.list_events(self._room_id, limit=limit, before_index=index)
        return Page(await self.shown(events), upto=index - 1, more=len(events) == limit)

    async def shown(self, events: Sequence[RoomEvent]) -> list[RoomEvent]:
        """Leave out what the channel may not see; a channel that was detached sees nothing."""
        binding = await self._store.get_binding(self._room_id, self._channel_id)
        if binding is None:
            return []
        return [event for event in events if is_public(event) and _may_see(event, binding)]


def _may_see(event: RoomEvent, binding: ChannelBinding) -> bool:
    if event.visibility == Visibility.INTERNAL:
        return False
    if event.source.channel_id == binding.channel_id:
        return True
    return binding.can_read and is_visible_to(event.visibility, binding)


def _last_index(events: Sequence[RoomEvent]) -> tuple[int, ...]:
    return tuple(event.index for event in events[-1:])
