"""The tail of each room's messages, kept in memory and proved fresh by the room's counters."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rooms.domain.binding import ChannelBinding
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.room import Room
from rooms.registry import ChannelRegistry
from rooms.stores.base import ConversationStore

MIN_WINDOW = 50
MAX_WINDOW = 2000


@dataclass
class _Tail:
    born_at: datetime
    upto_index: int
    history_version: int
    window: int
    events: list[RoomEvent]

    def is_of(self, room: Room) -> bool:
        """Tell whether it was read from this very room with the contents it still has.

        An id may be used again after its room was deleted; the moment of creation is another.
        """
        return (self.born_at, self.history_version) == (room.created_at, room.history_version)


class RecentEvents:
    """Gives hooks and agents the last messages of a room without reading them each time.

    A kept tail is used only if the room's `history_version` is the one it was read at (no content
    has changed); newer rows are read by index, so that several processes stay right.
    """

    def __init__(
        self, store: ConversationStore, channels: ChannelRegistry, *, max_rooms: int = 1024
    ) -> None:
        self._store = store
        self._channels = channels
        self._max_rooms = max_rooms
        self._tails: OrderedDict[str, _Tail] = OrderedDict()

    async def of(self, room: Room, bindings: Iterable[ChannelBinding]) -> list[RoomEvent]:
        """Return the room's recent MESSAGE events, oldest first, as of `room.latest_index`."""
        window = self._window(bindings)
        tail = self._fresh(room, window)
        if tail is not None and tail.upto_index == room.latest_index:
            self._tails.move_to_end(room.id)
            return tail.events[-window:]
        known, after_index = (tail.events, tail.upto_index) if tail else ([], None)
        read = await self._store.load_tail(room.id, limit=window, after_index=after_index)
        # The read may see rows younger than `room`: they belong to a later tail.
        events = known + [event for event in read if event.index <= room.latest_index]
        self._keep(room, window, events[-window:])
        return events[-window:]

    def append(self, room: Room, events: Iterable[RoomEvent]) -> None:
        """Learn of events just committed, `room` being the room after the commit."""
        tail = self._tails.get(room.id)
        committed = list(events)
        if tail is None or not committed or not tail.is_of(room):
            return
        if committed[0].index != tail.upto_index + 1 or committed[-1].index != room.latest_index:
            return
        messages = [event for event in committed if event.type is EventType.MESSAGE]
        tail.events = (tail.events + messages)[-tail.window :]
        tail.upto_index = room.latest_index

    def forget(self, room_id: str) -> None:
        """Drop what is kept of a room."""
        self._tails.pop(room_id, None)

    def _window(self, bindings: Iterable[ChannelBinding]) -> int:
        wanted = MIN_WINDOW
        for binding in bindings:
            channel = self._channels.get(binding.channel_id)
            if channel is not None:
                wanted = max(wanted, channel.recent_events_window)
        return min(wanted, MAX_WINDOW)

    def _fresh(self, room: Room, window: int) -> _Tail | None:
        tail = self._tails.get(room.id)
        if tail is None or not tail.is_of(room) or tail.window < window:
            return None
        return tail if tail.upto_index <= room.latest_index else None

    def _keep(self, room: Room, window: int, events: list[RoomEvent]) -> None:
        kept = self._tails.get(room.id)
        if kept is not None and kept.is_of(room) and kept.upto_index > room.latest_index:
            return
        self._tails[room.id] = _Tail(
            room.created_at, room.latest_index, room.history_version, window, events
        )
        self._tails.move_to_end(room.id)
        if len(self._tails) > self._max_rooms:
            self._tails.popitem(last=False)
