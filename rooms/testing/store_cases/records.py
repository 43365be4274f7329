"""Tasks, observations and read markers."""

import pytest

from hooks.results import TaskStatus
from rooms.domain.enums import EventStatus, EventType
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.event import RoomEvent
from rooms.stores.base import ConversationStore, ReadMarker
from rooms.testing.factories import (
    ROOM,
    at,
    make_event,
    make_observation,
    make_room,
    make_task,
    make_unit,
)


async def test_a_task_reads_back_equal(store: ConversationStore) -> None:
    await store.create_room(make_room())
    task = make_task(
        description="before noon",
        status=TaskStatus.IN_PROGRESS,
        data={"order": [1]},
        assigned_to="sam",
        created_by="bot",
        created_at=at(1),
        metadata={"a": {"b": 1}},
    )
    assert await store.add_task(task) == task
    assert await store.get_task(task.id) == task
    assert await store.get_task("nothing") is None


async def test_tasks_are_listed_by_creation_and_status(store: ConversationStore) -> None:
    await store.create_room(make_room())
    late = await store.add_task(make_task(created_at=at(2)))
    early = await store.add_task(make_task(created_at=at(1), status=TaskStatus.COMPLETED))
    assert await store.list_tasks(ROOM) == [early, late]
    assert await store.list_tasks(ROOM, "completed") == [early]
    assert await store.list_tasks("nowhere") == []


async def test_a_task_is_updated(store: ConversationStore) -> None:
    await store.create_room(make_room())
    task = await store.add_task(make_task())
    done = task.model_copy(update={"status": TaskStatus.COMPLETED, "data": {"result": 1}})
    assert await store.update_task(done) == done
    assert await store.list_tasks(ROOM) == [done]


async def test_updating_an_unknown_task_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    with pytest.raises(LookupError):
        await store.update_task(make_task())


async def test_a_task_belongs_to_a_known_room(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.add_task(make_task())


async def test_a_taken_task_id_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    task = await store.add_task(make_task())
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the store's
        await store.add_task(make_task(id=task.id))
    assert await store.list_tasks(ROOM) == [task]


async def test_observations_are_listed_by_creation(store: ConversationStore) -> None:
    await store.create_room(make_room())
    late = make_observation(created_at=at(2), confidence=0.5, category="mood")
    early = make_observation(created_at=at(1), channel_id="bot", data={"score": [1]})
    assert await store.add_observation(late) == late
    assert await store.add_observation(early) == early
    assert await store.list_observations(ROOM) == [early, late]
    assert await store.list_observations("nowhere") == []


async def test_an_observation_belongs_to_a_known_room(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.add_observation(make_observation())


async def test_changing_a_returned_task_changes_nothing_stored(store: ConversationStore) -> None:
    await store.create_room(make_room())
    given = make_task(data={"n": [1]})
    returned = await store.add_task(given)
    for mine in (given, returned):
        mine.data["n"].append(2)
    kept = await store.get_task(given.id)
    assert kept is not None
    assert kept.data == {"n": [1]}


async def _said(store: ConversationStore, count: int) -> list[RoomEvent]:
    """Make the room with so many messages from sms-1."""
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(*(make_event() for _ in range(count)))])
    return list(committed.events)


async def test_a_read_marker_is_raised_to_an_event(store: ConversationStore) -> None:
    events = await _said(store, 3)
    await store.mark_read(ROOM, "ws-1", events[1].id)
    assert await store.list_read_markers(ROOM) == [
        ReadMarker(room_id=ROOM, channel_id="ws-1", index=1)
    ]


async def test_a_read_marker_never_sinks(store: ConversationStore) -> None:
    events = await _said(store, 3)
    await store.mark_read(ROOM, "ws-1", events[2].id)
    await store.mark_read(ROOM, "ws-1", events[0].id)
    [marker] = await store.list_read_markers(ROOM)
    assert marker.index == 2


async def test_unknown_and_foreign_events_move_no_marker(store: ConversationStore) -> None:
    [event] = await _said(store, 1)
    await store.create_room(make_room("other"))
    await store.mark_read("other", "ws-1", event.id)
    await store.mark_read(ROOM, "ws-1", "nothing")
    await store.mark_read("nowhere", "ws-1", event.id)
    assert await store.list_read_markers(ROOM) == []
    assert await store.list_read_markers("other") == []


async def test_everything_may_be_marked_read(store: ConversationStore) -> None:
    await _said(store, 3)
    await store.mark_all_read(ROOM, "ws-1")
    [marker] = await store.list_read_markers(ROOM)
    assert marker.index == 2
    assert await store.get_unread_count(ROOM, "ws-1") == 0


async def test_an_empty_room_gets_no_marker(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.mark_all_read(ROOM, "ws-1")
    await store.mark_all_read("nowhere", "ws-1")
    assert await store.list_read_markers(ROOM) == []


async def test_markers_are_listed_by_channel(store: ConversationStore) -> None:
    await _said(store, 1)
    for channel_id in ("b", "a"):
        await store.mark_all_read(ROOM, channel_id)
    assert [m.channel_id for m in await store.list_read_markers(ROOM)] == ["a", "b"]
    assert await store.list_read_markers("nowhere") == []


async def test_messages_after_the_marker_are_unread(store: ConversationStore) -> None:
    events = await _said(store, 3)
    assert await store.get_unread_count(ROOM, "ws-1") == 3
    await store.mark_read(ROOM, "ws-1", events[0].id)
    assert await store.get_unread_count(ROOM, "ws-1") == 2
    assert await store.get_unread_count("nowhere", "ws-1") == 0


@pytest.mark.parametrize(
    ("event", "unread"),
    [
        (make_event(), 1),
        (make_event(visibility="ws-2"), 1),  # who may see it is not asked here
        (make_event(channel_id="ws-1"), 0),  # one's own
        (make_event(visibility="internal"), 0),
        (make_event(visibility="intelligence"), 0),  # said to agents only
        (make_event(status=EventStatus.BLOCKED), 0),
        (make_event(status=EventStatus.PENDING), 0),
        (make_event(status=EventStatus.READ), 0),
        (make_event(type=EventType.SYSTEM), 0),
    ],
)
async def test_only_delivered_messages_of_others_are_unread(
    store: ConversationStore, event: RoomEvent, unread: int
) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(event)])
    assert await store.get_unread_count(ROOM, "ws-1") == unread
