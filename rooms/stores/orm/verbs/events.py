"""Timelines, as values."""

from collections.abc import Sequence

from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.selectors import events as reads
from rooms.services import events as writes
from rooms.stores.base import EventFilter
from rooms.stores.orm.conditions import build_condition


def load_tail(room_id: str, *, limit: int, after_index: int | None = None) -> list[RoomEvent]:
    """Return the last `limit` MESSAGE events, oldest first; only those after an index if given.

    They come whatever their status and visibility: readers filter.
    """
    rows = reads.load_tail(room_id=room_id, limit=limit, after_index=after_index)
    return [row.to_domain() for row in rows]


def add_event(event: RoomEvent) -> RoomEvent:
    """Insert an event at its own index; the room's counters follow, its timers do not.

    Raises:
        DuplicateIndexError: If the place is taken.
    """
    return writes.add_event(event=event).to_domain()


def add_event_auto_index(room_id: str, event: RoomEvent) -> RoomEvent:
    """Append an event at the next index with the room's counters and return it so stored."""
    return writes.append_event(room_id=room_id, event=event).to_domain()


def get_event(event_id: str) -> RoomEvent | None:
    """Return an event or None."""
    row = reads.get_event(event_id=event_id)
    return row.to_domain() if row else None


def update_event(event: RoomEvent) -> RoomEvent:
    """Replace an event's content, source, metadata and results; index and room stay.

    The former content is kept as a revision when it differs; the room's history version grows.

    Raises:
        LookupError: If it does not exist.
    """
    return writes.update_event(event=event).to_domain()


def delete_event(room_id: str, event_id: str, *, cascade_replies: bool = True) -> list[str]:
    """Delete an event for good, then its thread's replies; return the ids, root first.

    Replies are the events whose `thread_root_id` is the event, by index. Deliveries go with
    their event, the history version grows, the counters stay. Of the questions that gave way to
    one that goes unanswered the last is PENDING again, held by nobody, as if nobody had asked
    it yet. Unknown or foreign: nothing, [].
    """
    return writes.delete_event(
        room_id=room_id,
        event_id=event_id,
        cascade_replies=cascade_replies,
    )


def list_events(  # noqa: PLR0913 - the contract's signature
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
    """Return events by index; `visibility_filter` keeps events of exactly that visibility.

    Events with visibility `internal` are left out unless `include_internal`. Both indexes are
    exclusive. `before_index` gives the page that ends just below it, in ascending order unless
    `newest_first`; `offset` then counts from that end.

    Raises:
        ValueError: If both `after_index` and `before_index` are given.
    """
    page = reads.Page(
        offset=offset,
        limit=limit,
        after_index=after_index,
        before_index=before_index,
        newest_first=newest_first,
    )
    where = build_condition(visibility_filter, event_filter, include_internal=include_internal)
    rows = reads.list_events(room_id=room_id, page=page, where=where)
    return [row.to_domain() for row in rows]


def get_event_count(room_id: str) -> int:
    """Count the stored rows exactly."""
    return reads.count_events(room_id=room_id)


def check_idempotency(room_id: str, key: str) -> bool:
    """Tell whether an event with this key is stored in the room."""
    return reads.has_key(room_id=room_id, key=key)


def find_event_by_key(
    key: str, *, room_id: str | None = None, channel_id: str | None = None
) -> RoomEvent | None:
    """Return the event with this key in a room, or the newest from a source channel.

    Whatever is given must hold; newest is the largest (created_at, id).
    """
    row = reads.find_event_by_key(key=key, room_id=room_id, channel_id=channel_id)
    return row.to_domain() if row else None


def find_events_by_keys(places: Sequence[tuple[str, str]]) -> list[RoomEvent | None]:
    """Return the event at each (room id, key), or None where there is none."""
    rows = {(row.room_id, row.idempotency_key): row for row in reads.find_events_by_keys(places)}
    return [row.to_domain() if (row := rows.get(place)) else None for place in places]


def record_delivery_results(event_id: str, results: JsonObject) -> None:
    """Merge per-channel results into `delivery_results`; nothing else of the event changes.

    A `provider_result` that is kept stays where the new result of its channel has none.

    An unknown event changes nothing.
    """
    writes.record_delivery_results(event_id=event_id, results=results)


def mark_processed(event_id: str) -> bool:
    """Tell once per event that none of its jobs still waits for the end of its first attempt.

    True is answered to the first call that finds no job to send or inject PENDING or SENDING
    and no job to react PENDING; a reaction that has begun may take its time. Every other call,
    and one for an unknown event, is answered False.
    """
    return writes.mark_processed(event_id=event_id)
