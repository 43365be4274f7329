"""Places in the timeline, and reading it in pages."""

from typing import Any

import pytest

from rooms.domain.enums import EventStatus, EventType
from rooms.domain.errors import DuplicateIndexError, RoomNotFoundError
from rooms.domain.json import JsonObject
from rooms.stores.base import ConversationStore, EventFilter
from rooms.testing.factories import ROOM, at, make_event, make_room, make_source, make_unit


async def _fill(store: ConversationStore, count: int) -> None:
    """Make the room with so many messages."""
    await store.create_room(make_room())
    await store.commit([make_unit(*(make_event(str(n)) for n in range(count)))])


async def _indexes(store: ConversationStore, **how: Any) -> list[int]:
    return [event.index for event in await store.list_events(ROOM, **how)]


async def test_an_event_is_added_at_its_own_index(store: ConversationStore) -> None:
    await store.create_room(make_room())
    event = make_event(index=4)
    assert await store.add_event(event) == event
    assert await store.get_event(event.id) == event


async def test_the_counters_follow_an_added_event(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_event(make_event(index=4))
    room = await store.get_room(ROOM)
    assert room is not None
    assert (room.event_count, room.latest_index) == (1, 4)


async def test_a_taken_index_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    first = await store.add_event(make_event(index=0))
    with pytest.raises(DuplicateIndexError, match="index 0"):
        await store.add_event(make_event(index=0))
    assert await store.list_events(ROOM) == [first]
    assert await store.get_event_count(ROOM) == 1


async def test_one_index_is_free_in_every_room(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    await store.add_event(make_event(index=0))
    await store.add_event(make_event(index=0, room_id="other"))
    assert await store.get_event_count("other") == 1


async def test_a_taken_event_id_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    event = await store.add_event(make_event(index=0))
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the store's
        await store.add_event(event.model_copy(update={"index": 1}))
    assert await store.get_event_count(ROOM) == 1


async def test_an_event_of_an_unknown_room_is_refused(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.add_event(make_event())
    with pytest.raises(RoomNotFoundError):
        await store.add_event_auto_index(ROOM, make_event())


async def test_appending_takes_the_next_index(store: ConversationStore) -> None:
    await _fill(store, 2)
    appended = await store.add_event_auto_index(ROOM, make_event(index=99))
    room = await store.get_room(ROOM)
    assert room is not None
    assert appended.index == 2
    assert (room.event_count, room.latest_index) == (3, 2)
    assert await store.get_event(appended.id) == appended


async def test_an_unknown_event_is_none(store: ConversationStore) -> None:
    assert await store.get_event("nothing") is None


async def test_an_unknown_room_has_no_timeline(store: ConversationStore) -> None:
    assert await store.list_events("nowhere") == []
    assert await store.load_tail("nowhere", limit=5) == []
    assert await store.get_event_count("nowhere") == 0


@pytest.mark.parametrize(
    ("how", "indexes"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"limit": 2}, [0, 1]),
        ({"offset": 3, "limit": 5}, [3, 4]),
        ({"newest_first": True, "limit": 2}, [4, 3]),
        ({"newest_first": True, "offset": 1, "limit": 2}, [3, 2]),
        ({"after_index": 2}, [3, 4]),
        ({"after_index": -1, "limit": 2}, [0, 1]),
        ({"after_index": 4}, []),
        ({"after_index": 0, "newest_first": True, "limit": 2}, [4, 3]),
        ({"before_index": 4, "limit": 2}, [2, 3]),  # the page just below, still ascending
        ({"before_index": 4, "limit": 2, "offset": 1}, [1, 2]),
        ({"before_index": 4, "limit": 2, "newest_first": True}, [3, 2]),
        ({"before_index": 0}, []),
    ],
)
async def test_events_are_listed_in_pages(
    store: ConversationStore, how: JsonObject, indexes: list[int]
) -> None:
    await _fill(store, 5)
    assert await _indexes(store, **how) == indexes


async def test_fifty_events_are_listed_unless_told_otherwise(store: ConversationStore) -> None:
    await _fill(store, 51)
    assert await _indexes(store) == list(range(50))


async def test_both_indexes_at_once_are_refused(store: ConversationStore) -> None:
    with pytest.raises(ValueError, match="before_index"):
        await store.list_events(ROOM, after_index=1, before_index=5)


async def test_internal_events_are_listed_on_request_only(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(make_event(visibility="internal"), make_event())])
    assert await _indexes(store) == [1]
    assert await _indexes(store, include_internal=True) == [0, 1]


async def test_events_are_listed_by_exact_visibility(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(make_event(visibility="ws-1"), make_event())])
    assert await _indexes(store, visibility_filter="ws-1") == [0]
    assert await _indexes(store, visibility_filter="all") == [1]


async def test_blocked_events_are_listed(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(make_event(status=EventStatus.BLOCKED))])
    assert await _indexes(store) == [0]


@pytest.mark.parametrize(
    ("event_filter", "indexes"),
    [
        (EventFilter(types=(EventType.SYSTEM, EventType.DTMF)), [1]),
        (EventFilter(exclude_types=(EventType.SYSTEM,)), [0, 2]),
        (EventFilter(source_channel_id="mail"), [2]),
        (EventFilter(source_channel_type="email"), [2]),
        (EventFilter(participant_id="bob"), [2]),
        (EventFilter(correlation_id="c"), [1]),
        (EventFilter(parent_event_id="root"), [2]),
        (EventFilter(top_level_only=True), [0, 1]),
        (EventFilter(created_after=at(0)), [1, 2]),  # exclusive
        (EventFilter(created_before=at(2)), [0, 1]),
        (EventFilter(created_after=at(0), created_before=at(2)), [1]),
        (EventFilter(source_channel_id="mail", types=(EventType.SYSTEM,)), []),  # all must hold
        (EventFilter(), [0, 1, 2]),
    ],
)
async def test_events_are_listed_by_filter(
    store: ConversationStore, event_filter: EventFilter, indexes: list[int]
) -> None:
    mail = make_source("mail", channel_type="email", participant_id="bob")
    reply: JsonObject = {"source": mail, "parent_event_id": "root", "thread_root_id": "root"}
    await store.create_room(make_room())
    await store.commit(
        [
            make_unit(
                make_event(created_at=at(0)),
                make_event(type=EventType.SYSTEM, correlation_id="c", created_at=at(1)),
                make_event(created_at=at(2), **reply),
            )
        ]
    )
    assert await _indexes(store, event_filter=event_filter) == indexes


async def test_a_page_counts_what_the_filter_lets_through(store: ConversationStore) -> None:
    await store.create_room(make_room())
    kinds = [EventType.MESSAGE, EventType.SYSTEM] * 3
    await store.commit([make_unit(*(make_event(type=kind) for kind in kinds))])
    messages = EventFilter(types=(EventType.MESSAGE,))
    assert await _indexes(store, event_filter=messages, limit=2, offset=1) == [2, 4]
    assert await _indexes(store, event_filter=messages, limit=2, before_index=5) == [2, 4]


async def test_the_tail_is_the_last_messages_oldest_first(store: ConversationStore) -> None:
    await store.create_room(make_room())
    kinds = [EventType.MESSAGE, EventType.SYSTEM] * 3
    await store.commit([make_unit(*(make_event(type=kind) for kind in kinds))])
    assert [e.index for e in await store.load_tail(ROOM, limit=2)] == [2, 4]
    assert [e.index for e in await store.load_tail(ROOM, limit=9, after_index=2)] == [4]


async def test_the_tail_keeps_what_readers_filter(store: ConversationStore) -> None:
    await store.create_room(make_room())
    hidden = make_event(visibility="internal")
    blocked = make_event(status=EventStatus.BLOCKED)
    await store.commit([make_unit(hidden, blocked)])
    assert [e.id for e in await store.load_tail(ROOM, limit=5)] == [hidden.id, blocked.id]
