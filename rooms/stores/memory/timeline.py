"""One room's events in index order."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence

from rooms.domain.errors import DuplicateIndexError
from rooms.domain.event import RoomEvent


class Timeline:
    """Keeps events by index and by idempotency key; hard deletes leave holes."""

    def __init__(self) -> None:
        self._events: dict[int, RoomEvent] = {}
        self._indexes: list[int] = []
        self._ids: dict[str, int] = {}
        self._keys: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._indexes)

    def __iter__(self) -> Iterator[RoomEvent]:
        return (self._events[index] for index in self._indexes)

    def insert(self, event: RoomEvent) -> None:
        """Put an event at its own index.

        Raises:
            DuplicateIndexError: If there is one already.
            ValueError: If its idempotency key is taken.
        """
        if event.index in self._events:
            raise DuplicateIndexError(event.room_id, event.index)
        self.check_key(event)
        insort(self._indexes, event.index)
        self._events[event.index] = event
        self._ids[event.id] = event.index
        if event.idempotency_key is not None:
            self._keys[event.idempotency_key] = event.index

    def check_key(self, event: RoomEvent) -> None:
        """Refuse an event whose key another event of the room has.

        Raises:
            ValueError: If the key is taken.
        """
        if (known := self.with_key(event.idempotency_key)) is not None:
            raise ValueError(
                f"idempotency key {event.idempotency_key!r} of room {event.room_id!r} belongs to "
                f"event {known.id!r} already: use another key or take that event"
            )

    def replace(self, event: RoomEvent) -> None:
        """Put a changed event in the place of the one with its id."""
        self._events[self._ids[event.id]] = event

    def remove(self, event_id: str) -> None:
        """Drop an event; its index stays used, its key becomes free."""
        index = self._ids.pop(event_id)
        event = self._events.pop(index)
        self._indexes.pop(bisect_left(self._indexes, index))
        if event.idempotency_key is not None:
            del self._keys[event.idempotency_key]

    def get(self, event_id: str) -> RoomEvent | None:
        """Return an event by id, or None."""
        index = self._ids.get(event_id)
        return None if index is None else self._events[index]

    def with_key(self, key: str | None) -> RoomEvent | None:
        """Return the event with this idempotency key, or None."""
        index = None if key is None else self._keys.get(key)
        return None if index is None else self._events[index]

    def between(
        self, after_index: int | None, before_index: int | None, *, newest_first: bool = False
    ) -> Iterator[RoomEvent]:
        """Walk the events between two exclusive indexes (None is open), forwards or backwards."""
        start = 0 if after_index is None else bisect_right(self._indexes, after_index)
        end = len(self) if before_index is None else bisect_left(self._indexes, before_index)
        positions: Sequence[int] = range(start, end)
        if newest_first:
            positions = positions[::-1]
        return (self._events[self._indexes[position]] for position in positions)
