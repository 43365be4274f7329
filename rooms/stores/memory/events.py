"""Reading the timeline, and the few ways to touch an event outside a commit."""

from collections.abc import Iterator
from itertools import islice

from rooms.domain.delivery import merge_results
from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.stores.base import EventFilter
from rooms.stores.memory.changes import replace_event, with_newer_history
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.filters import Wanted
from rooms.stores.memory.tables import RoomRecord, Tables, refuse_taken
from rooms.stores.memory.turns import TurnTable

REPLACED = ("content", "source", "metadata", "delivery_results")
"""What `update_event` writes."""


class EventTable:
    """Reads, inserts, replaces and deletes events."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add_event(self, event: RoomEvent) -> RoomEvent:
        """Insert an event at its own index. Raises: DuplicateIndexError: If the place is taken."""
        record = self._tables.record(event.room_id)
        refuse_taken(self._tables.event_rooms, [event.id], "event")
        record.timeline.insert(private_copy(event))
        self._tables.event_rooms[event.id] = event.room_id
        record.room = record.room.model_copy(
            update={
                "event_count": record.room.event_count + 1,
                "latest_index": max(record.room.latest_index, event.index),
            }
        )
        return private_copy(event)

    def add_event_auto_index(self, room_id: str, event: RoomEvent) -> RoomEvent:
        """Append an event at the next index and return it so stored."""
        index = self._tables.record(room_id).room.latest_index + 1
        return self.add_event(event.model_copy(update={"room_id": room_id, "index": index}))

    def get_event(self, event_id: str) -> RoomEvent | None:
        """Return an event or None."""
        found = self._tables.find_event(event_id)
        return private_copy(found[1]) if found else None

    def update_event(self, event: RoomEvent) -> RoomEvent:
        """Replace content, source, metadata and results. Raises: LookupError: If unknown."""
        found = self._tables.find_event(event.id)
        if found is None:
            raise LookupError(f"no event {event.id!r}: commit it first or check the id")
        return replace_event(*found, {name: getattr(event, name) for name in REPLACED})

    def delete_event(
        self, room_id: str, event_id: str, *, cascade_replies: bool = True
    ) -> list[str]:
        """Delete an event for good, then its thread's replies; return the ids, root first."""
        record = self._tables.rooms.get(room_id)
        if record is None or record.timeline.get(event_id) is None:
            return []
        doomed = [event_id]
        if cascade_replies:
            doomed += [e.id for e in record.timeline if e.thread_root_id == event_id]
        TurnTable(self._tables).ask_replaced(room_id, doomed)
        for doomed_id in doomed:
            self._remove(record, doomed_id)
        self._tables.forget_provider_messages(lambda message: message.event_id in doomed)
        record.room = with_newer_history(record.room)
        return doomed

    def list_events(  # noqa: PLR0913 - the contract's signature
        self,
        room_id: str,
        offset: int = 0,
        limit: int = 50,
        visibility_filter: str | None = None,
        *,
        after_index: int | None = None,
        before_index: int | None = None,
        newest_first: bool = False,
        include_internal: bool = False,
        event_filter: EventFilter | None = None,
    ) -> list[RoomEvent]:
        """Return events by index. Raises: ValueError: If both indexes are given."""
        if after_index is not None and before_index is not None:
            raise ValueError(
                f"after_index={after_index} and before_index={before_index} exclude each other: "
                "give one of them"
            )
        if (record := self._tables.rooms.get(room_id)) is None:
            return []
        backwards = newest_first or before_index is not None
        walk = record.timeline.between(after_index, before_index, newest_first=backwards)
        wanted = Wanted(visibility_filter, include_internal, event_filter)
        page = list(islice(filter(wanted, walk), offset, offset + limit))
        return private_copies(page if backwards == newest_first else page[::-1])

    def load_tail(
        self, room_id: str, *, limit: int, after_index: int | None = None
    ) -> list[RoomEvent]:
        """Return the last `limit` MESSAGE events, oldest first."""
        if (record := self._tables.rooms.get(room_id)) is None:
            return []
        walk = record.timeline.between(after_index, None, newest_first=True)
        messages = (event for event in walk if event.type is EventType.MESSAGE)
        return private_copies(list(islice(messages, limit))[::-1])

    def get_event_count(self, room_id: str) -> int:
        """Count the stored rows exactly."""
        record = self._tables.rooms.get(room_id)
        return len(record.timeline) if record else 0

    def check_idempotency(self, room_id: str, key: str) -> bool:
        """Tell whether an event with this key is stored in the room."""
        record = self._tables.rooms.get(room_id)
        return record is not None and record.timeline.with_key(key) is not None

    def find_event_by_key(
        self, key: str, *, room_id: str | None = None, channel_id: str | None = None
    ) -> RoomEvent | None:
        """Return the event with this key in a room, or the newest from a source channel."""
        found = [
            event
            for event in self._with_key(key, room_id)
            if channel_id in (None, event.source.channel_id)
        ]
        newest = max(found, key=lambda event: (event.created_at, event.id), default=None)
        return private_copy(newest)

    def record_delivery_results(self, event_id: str, results: JsonObject) -> None:
        """Merge per-channel results into `delivery_results`."""
        if (found := self._tables.find_event(event_id)) is None:
            return
        record, event = found
        merged = private_copy(merge_results(event.delivery_results, results))
        record.timeline.replace(event.model_copy(update={"delivery_results": merged}))

    def _remove(self, record: RoomRecord, event_id: str) -> None:
        record.timeline.remove(event_id)
        del self._tables.event_rooms[event_id]
        record.processed.discard(event_id)
        for job in [job for job in record.jobs.values() if job.event_id == event_id]:
            del record.jobs[job.id]
            record.open_jobs.pop(job.id, None)
            self._tables.open_job_rooms.pop(job.id, None)
            self._tables.follow_up_rooms.pop(job.id, None)

    def _with_key(self, key: str, room_id: str | None) -> Iterator[RoomEvent]:
        rooms = self._tables.rooms
        records = rooms.values() if room_id is None else filter(None, [rooms.get(room_id)])
        return (e for record in records if (e := record.timeline.with_key(key)) is not None)
