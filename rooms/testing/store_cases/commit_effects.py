"""What a unit writes: places, counters, activity, status, people, targets."""

import asyncio

import pytest

from rooms.domain.commit import StatusChange, TargetChange
from rooms.domain.content import TextContent
from rooms.domain.enums import RoomStatus
from rooms.domain.room import Room, RoomTimers
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    at,
    make_address,
    make_event,
    make_observation,
    make_participant,
    make_room,
    make_task,
    make_unit,
)


async def _room(store: ConversationStore) -> Room:
    room = await store.get_room(ROOM)
    assert room is not None
    return room


async def test_a_new_room_is_empty(store: ConversationStore) -> None:
    room = await store.create_room(make_room())
    assert (room.latest_index, room.event_count, room.history_version) == (-1, 0, 0)


async def test_committed_events_carry_their_index(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(make_event())])
    events = [make_event("a", index=77), make_event("b", index=77)]
    [committed] = await store.commit([make_unit(*events)])
    placed = [event.model_copy(update={"index": n}) for n, event in enumerate(events, start=1)]
    assert list(committed.events) == placed
    assert await store.list_events(ROOM, after_index=0) == placed


async def test_the_answer_holds_the_room_as_stored(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), make_event())])
    assert committed.room == await _room(store)
    assert (committed.room.event_count, committed.room.latest_index) == (2, 1)


async def test_internal_and_blocked_events_take_places_too(store: ConversationStore) -> None:
    await store.create_room(make_room())
    hidden = make_event(visibility="internal")
    blocked = make_event(status="blocked")
    [committed] = await store.commit([make_unit(hidden, blocked, make_event())])
    assert [event.index for event in committed.events] == [0, 1, 2]


async def test_fifty_commits_at_once_leave_no_gap(store: ConversationStore) -> None:
    await store.create_room(make_room())
    answers = await asyncio.gather(*(store.commit([make_unit(make_event())]) for _ in range(50)))
    assert sorted(answer[0].events[0].index for answer in answers) == list(range(50))
    room = await _room(store)
    assert (room.event_count, room.latest_index) == (50, 49)
    assert await store.get_event_count(ROOM) == 50


async def test_rooms_in_one_call_count_for_themselves(store: ConversationStore) -> None:
    await store.create_room(make_room("a"))
    await store.create_room(make_room("b"))
    await store.commit([make_unit(make_event(), room_id="b")])
    units = [
        make_unit(make_event(), make_event(), room_id="b"),
        make_unit(make_event(), room_id="a"),
    ]
    answers = await store.commit(units)
    assert [[e.index for e in answer.events] for answer in answers] == [[1, 2], [0]]
    assert [e.room_id for answer in answers for e in answer.events] == ["b", "b", "a"]


@pytest.mark.parametrize(
    ("has_event", "touches", "is_touched"),
    [
        (True, True, True),
        (True, False, False),  # such as the record of a pause
        (False, True, False),  # side effects are no activity
    ],
)
async def test_events_touch_activity_unless_told_otherwise(
    store: ConversationStore, has_event: bool, touches: bool, is_touched: bool
) -> None:
    await store.create_room(make_room(timers=RoomTimers(last_activity_at=at(0))))
    events = [make_event()] if has_event else []
    unit = make_unit(*events, metadata_patch={"a": 1}, touches_activity=touches)
    await store.commit([unit])
    active_at = (await _room(store)).timers.last_activity_at
    assert active_at is not None
    assert (active_at > at(0)) is is_touched


async def test_the_units_moment_stamps_the_room(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), at=at(7))])
    room = await _room(store)
    assert (room.updated_at, room.timers.last_activity_at) == (at(7), at(7))
    assert committed.room == room


async def test_activity_keeps_the_limits(store: ConversationStore) -> None:
    timers = RoomTimers(inactive_after_seconds=60, closed_after_seconds=90)
    await store.create_room(make_room(timers=timers))
    await store.commit([make_unit(make_event())])
    kept = (await _room(store)).timers
    assert (kept.inactive_after_seconds, kept.closed_after_seconds) == (60, 90)


@pytest.mark.parametrize(
    ("status", "has_event", "reactivates", "after", "resumed"),
    [
        (RoomStatus.PAUSED, True, True, RoomStatus.ACTIVE, True),
        (RoomStatus.PAUSED, True, False, RoomStatus.PAUSED, False),
        (RoomStatus.PAUSED, False, True, RoomStatus.PAUSED, False),  # side effects wake nobody
        (RoomStatus.ACTIVE, True, True, RoomStatus.ACTIVE, False),  # was awake
    ],
)
async def test_an_event_may_wake_a_paused_room(
    store: ConversationStore,
    status: RoomStatus,
    has_event: bool,
    reactivates: bool,
    after: RoomStatus,
    resumed: bool,
) -> None:
    await store.create_room(make_room(status=status))
    events = [make_event()] if has_event else []
    [committed] = await store.commit([make_unit(*events, reactivates=reactivates)])
    assert (committed.resumed, (await _room(store)).status) == (resumed, after)


async def test_waking_forgets_the_pause(store: ConversationStore) -> None:
    await store.create_room(make_room(status=RoomStatus.PAUSED, paused_at=at(0)))
    await store.commit([make_unit(make_event(), reactivates=True)])
    assert (await _room(store)).paused_at is None


@pytest.mark.parametrize(
    ("status", "paused_at", "closed_at"),
    [
        (RoomStatus.PAUSED, at(9), at(2)),
        (RoomStatus.CLOSED, at(1), at(9)),
        (RoomStatus.ACTIVE, None, None),
        (RoomStatus.ARCHIVED, at(1), at(2)),  # keeps when it was closed
    ],
)
async def test_a_status_change_stamps_its_moment(
    store: ConversationStore, status: RoomStatus, paused_at: object, closed_at: object
) -> None:
    await store.create_room(make_room(paused_at=at(1), closed_at=at(2)))
    change = StatusChange(status=status, at=at(9))
    [committed] = await store.commit([make_unit(make_event(), status_change=change)])
    room = await _room(store)
    assert (room.status, room.paused_at, room.closed_at) == (status, paused_at, closed_at)
    assert committed.room == room


async def test_a_status_changes_without_an_event_too(store: ConversationStore) -> None:
    await store.create_room(make_room(status=RoomStatus.CLOSED))
    change = StatusChange(status=RoomStatus.ACTIVE, at=at(9))
    await store.commit([make_unit(status_change=change)])
    assert (await _room(store)).status is RoomStatus.ACTIVE


async def test_a_unit_patches_the_rooms_metadata(store: ConversationStore) -> None:
    await store.create_room(make_room(metadata={"a": 1, "b": 1}))
    [committed] = await store.commit([make_unit(make_event(), metadata_patch={"b": 2})])
    assert (await _room(store)).metadata == {"a": 1, "b": 2}
    assert committed.room == await _room(store)


async def test_a_unit_writes_people_and_side_effects(store: ConversationStore) -> None:
    await store.create_room(make_room())
    participant, task, seen = make_participant(), make_task(), make_observation()
    unit = make_unit(make_event(), participants=(participant,), tasks=(task,), observations=(seen,))
    await store.commit([unit])
    assert await store.list_participants(ROOM) == [participant]
    assert await store.list_tasks(ROOM) == [task]
    assert await store.list_observations(ROOM) == [seen]


async def test_side_effects_that_are_stored_stay_as_they_are(store: ConversationStore) -> None:
    await store.create_room(make_room())
    task = await store.add_task(make_task("first"))
    seen = await store.add_observation(make_observation("first"))
    unit = make_unit(
        make_event(),
        tasks=(make_task("again", id=task.id),),
        observations=(make_observation("again", id=seen.id),),
    )
    await store.commit([unit])
    assert await store.list_tasks(ROOM) == [task]
    assert await store.list_observations(ROOM) == [seen]
    assert await store.get_event_count(ROOM) == 1


async def test_a_units_participant_replaces_the_known_one(store: ConversationStore) -> None:
    await store.create_room(make_room())
    known = await store.add_participant(make_participant())
    renamed = known.model_copy(update={"display_name": "Ann", "connected_via": ["sms-1", "mail"]})
    await store.commit([make_unit(participants=(renamed,))])
    assert await store.list_participants(ROOM) == [renamed]


async def test_an_address_is_remembered_once(store: ConversationStore) -> None:
    await store.create_room(make_room())
    identified = make_address(participant_id="ann")
    elsewhere = make_address(channel_id="sms-2")
    await store.commit([make_unit(addresses=(make_address(), elsewhere))])
    await store.commit([make_unit(addresses=(identified,))])
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert set(snapshot.addresses) == {identified, elsewhere}


async def test_a_target_gets_new_content_and_metadata(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [first] = await store.commit([make_unit(make_event("old", metadata={"a": 1, "b": 1}))])
    change = TargetChange(
        event_id=first.events[0].id, content=TextContent(body="new"), metadata={"b": 2}
    )
    [second] = await store.commit([make_unit(make_event("edit"), target=change)])
    target = await store.get_event(first.events[0].id)
    assert target is not None
    assert target == second.target
    assert (target.content, target.metadata) == (TextContent(body="new"), {"a": 1, "b": 2})
    assert target.index == 0


async def test_a_target_without_new_content_keeps_its_own(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [first] = await store.commit([make_unit(make_event("old"))])
    change = TargetChange(event_id=first.events[0].id, metadata={"deleted": True})
    await store.commit([make_unit(make_event(), target=change)])
    target = await store.get_event(first.events[0].id)
    assert target is not None
    assert (target.content, target.metadata) == (TextContent(body="old"), {"deleted": True})


async def test_a_changed_target_makes_the_history_newer(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [first] = await store.commit([make_unit(make_event())])
    change = TargetChange(event_id=first.events[0].id, metadata={"deleted": True})
    [second] = await store.commit([make_unit(make_event(), target=change)])
    assert second.room is not None
    assert second.room.history_version == 1
    assert second.room == await _room(store)


async def test_appending_leaves_the_history_as_old(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(make_event())])
    assert (await _room(store)).history_version == 0


async def test_a_target_of_another_room_stays_as_it_is(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    [first] = await store.commit([make_unit(make_event("old"), room_id="other")])
    change = TargetChange(event_id=first.events[0].id, content=TextContent(body="new"))
    [committed] = await store.commit([make_unit(make_event(), target=change)])
    assert committed.target is None
    assert await store.get_event(first.events[0].id) == first.events[0]
    assert (await _room(store)).history_version == 0


async def test_changing_a_committed_unit_changes_nothing_stored(store: ConversationStore) -> None:
    await store.create_room(make_room())
    task, patch = make_task(data={"n": [1]}), {"n": [1]}
    [committed] = await store.commit([make_unit(tasks=(task,), metadata_patch=patch)])
    task.data["n"].append(2)
    patch["n"].append(2)
    assert committed.room is not None
    committed.room.metadata["n"].append(3)
    assert (await store.list_tasks(ROOM))[0].data == {"n": [1]}
    assert (await _room(store)).metadata == {"n": [1]}
