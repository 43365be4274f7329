"""Rooms themselves."""

import pytest

from rooms.domain.enums import OwnerKind, RoomStatus
from rooms.domain.errors import RoomAlreadyExistsError, RoomNotFoundError
from rooms.domain.room import RoomTimers
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    at,
    make_address,
    make_binding,
    make_event,
    make_observation,
    make_participant,
    make_room,
    make_task,
    make_unit,
)


async def test_a_created_room_reads_back_equal(store: ConversationStore) -> None:
    room = make_room(
        organization_id="org",
        metadata={"plan": {"tier": 2}},
        timers=RoomTimers(inactive_after_seconds=60, closed_after_seconds=600),
        owner_kind=OwnerKind.HUMAN,
        owner_id="sam",
    )
    assert await store.create_room(room) == room
    assert await store.get_room(ROOM) == room


async def test_a_taken_room_id_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room(metadata={"first": True}))
    with pytest.raises(RoomAlreadyExistsError, match=ROOM):
        await store.create_room(make_room())
    kept = await store.get_room(ROOM)
    assert kept is not None
    assert kept.metadata == {"first": True}


async def test_an_unknown_room_is_none(store: ConversationStore) -> None:
    assert await store.get_room("nowhere") is None


async def test_an_empty_organization_is_no_organization(store: ConversationStore) -> None:
    created = await store.create_room(make_room(organization_id=""))
    assert created.organization_id is None
    assert await store.get_room(ROOM) == created


async def test_changing_a_returned_room_changes_nothing_stored(store: ConversationStore) -> None:
    given = make_room(metadata={"tags": ["vip"]})
    returned = await store.create_room(given)
    read = await store.get_room(ROOM)
    assert read is not None
    for mine in (given, returned, read):
        mine.metadata["tags"].append("spam")
    kept = await store.get_room(ROOM)
    assert kept is not None
    assert kept.metadata == {"tags": ["vip"]}


async def test_update_writes_a_rooms_own_columns(store: ConversationStore) -> None:
    room = await store.create_room(make_room())
    wanted = {
        "status": RoomStatus.PAUSED,
        "paused_at": at(1),
        "metadata": {"a": 1},
        "owner_kind": OwnerKind.HUMAN,
        "owner_id": "sam",
        "owner_epoch": 3,
    }
    await store.update_room(room.model_copy(update=wanted))
    kept = await store.get_room(ROOM)
    assert kept is not None
    assert {name: getattr(kept, name) for name in wanted} == wanted


async def test_a_stale_update_keeps_the_counters(store: ConversationStore) -> None:
    stale = await store.create_room(make_room())
    await store.commit([make_unit(make_event())])
    returned = await store.update_room(stale)
    assert (returned.event_count, returned.latest_index) == (1, 0)
    assert await store.get_room(ROOM) == returned


async def test_update_stamps_the_moment(store: ConversationStore) -> None:
    room = await store.create_room(make_room(created_at=at(0), updated_at=at(0)))
    assert (await store.update_room(room)).updated_at > at(0)


async def test_updating_an_unknown_room_is_refused(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError, match=ROOM):
        await store.update_room(make_room())


async def test_rooms_are_listed_in_creation_order(store: ConversationStore) -> None:
    for room_id, minutes in (("c", 1), ("b", 0), ("a", 1)):
        await store.create_room(make_room(room_id, created_at=at(minutes)))
    assert [room.id for room in await store.list_rooms()] == ["b", "a", "c"]
    assert [room.id for room in await store.list_rooms(offset=1, limit=1)] == ["a"]


async def test_latest_indexes_of_many_rooms_are_read_together(store: ConversationStore) -> None:
    for room_id in ("silent", "busy"):
        await store.create_room(make_room(room_id))
    for _ in range(2):
        await store.add_event_auto_index("busy", make_event(room_id="busy"))
    latest = await store.latest_indexes(["silent", "busy", "nowhere"])
    assert latest == {
        "silent": make_room().latest_index,
        "busy": make_room().latest_index + 2,
    }


async def test_deleting_a_room_takes_everything_with_it(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_binding(make_binding())
    task, event = make_task(), make_event(idempotency_key="k")
    await store.commit(
        [
            make_unit(
                event,
                sends_to=("sms-1",),
                participants=(make_participant(),),
                addresses=(make_address(),),
                tasks=(task,),
                observations=(make_observation(),),
            )
        ]
    )
    assert await store.delete_room(ROOM) is True
    assert await store.get_event(event.id) is None
    assert await store.get_task(task.id) is None
    assert await store.find_event_by_key("k") is None
    assert await store.list_deliveries(ROOM) == []
    assert await store.lease_deliveries("worker", seconds=60) == []


async def test_a_deleted_room_may_be_made_again_empty(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.remove_binding(ROOM, "sms-1")
    await store.commit([make_unit(make_event())])
    await store.delete_room(ROOM)
    await store.create_room(make_room())
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert (snapshot.context.room.latest_index, snapshot.detached) == (-1, frozenset())
    assert await store.list_events(ROOM) == []


async def test_deleting_an_unknown_room_tells_so(store: ConversationStore) -> None:
    assert await store.delete_room("nowhere") is False


async def test_metadata_patches_merge_at_the_top_level(store: ConversationStore) -> None:
    await store.create_room(make_room(metadata={"a": {"x": 1}, "b": 1}))
    room = await store.patch_room_metadata(ROOM, {"a": {"y": 2}, "c": None})
    assert room.metadata == {"a": {"y": 2}, "b": 1, "c": None}
    assert await store.get_room(ROOM) == room


async def test_a_metadata_patch_keeps_the_counters(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.commit([make_unit(make_event())])
    assert (await store.patch_room_metadata(ROOM, {"a": 1})).event_count == 1


async def test_patching_an_unknown_room_is_refused(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.patch_room_metadata("nowhere", {"a": 1})


async def test_setting_timers_keeps_the_last_activity(store: ConversationStore) -> None:
    await store.create_room(make_room(timers=RoomTimers(last_activity_at=at(5))))
    room = await store.set_room_timers(ROOM, RoomTimers(inactive_after_seconds=60))
    assert room.timers == RoomTimers(inactive_after_seconds=60, last_activity_at=at(5))
    assert await store.get_room(ROOM) == room


async def test_timers_of_a_silent_room_count_from_its_creation(store: ConversationStore) -> None:
    await store.create_room(make_room(created_at=at(0)))
    room = await store.set_room_timers(ROOM, RoomTimers(closed_after_seconds=60))
    assert room.timers.last_activity_at == at(0)


async def test_setting_timers_of_an_unknown_room_is_refused(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.set_room_timers("nowhere", RoomTimers())


async def test_the_snapshot_holds_what_the_pipeline_needs(store: ConversationStore) -> None:
    await store.create_room(make_room(metadata={"a": 1}))
    participant = await store.add_participant(make_participant())
    await store.commit([make_unit(make_event(), addresses=(make_address(),))])
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert snapshot.context.room == await store.get_room(ROOM)
    assert snapshot.context.participants == [participant]
    assert snapshot.context.recent_events == []
    assert snapshot.addresses == (make_address(),)


async def test_an_unknown_room_has_no_snapshot(store: ConversationStore) -> None:
    assert await store.load_snapshot("nowhere") is None


async def test_closing_the_store_twice_is_harmless(store: ConversationStore) -> None:
    await store.close()
    await store.close()
