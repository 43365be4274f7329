"""Changing and deleting events, and looking them up by key."""

import pytest

from rooms.domain.content import TextContent
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    at,
    make_event,
    make_room,
    make_source,
    make_unit,
)


async def _committed(store: ConversationStore, *events: RoomEvent) -> list[RoomEvent]:
    """Make the room with these events."""
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(*events)])
    return list(committed.events)


async def _history_version(store: ConversationStore) -> int:
    room = await store.get_room(ROOM)
    assert room is not None
    return room.history_version


async def test_an_update_replaces_content_source_metadata_results(
    store: ConversationStore,
) -> None:
    [event] = await _committed(store, make_event("old", metadata={"a": 1}))
    changes = {
        "content": TextContent(body="new"),
        "source": make_source("mail", channel_type="email"),
        "metadata": {"b": 2},
        "delivery_results": {"ws": "failed"},
    }
    updated = await store.update_event(event.model_copy(update=changes))
    assert updated == event.model_copy(update=changes)
    assert await store.get_event(event.id) == updated


async def test_an_update_moves_no_event(store: ConversationStore) -> None:
    await store.create_room(make_room("other"))
    [event] = await _committed(store, make_event())
    moved = {"index": 9, "room_id": "other", "status": EventStatus.BLOCKED, "visibility": "none"}
    await store.update_event(event.model_copy(update=moved))
    assert await store.get_event(event.id) == event


async def test_an_update_makes_the_history_newer(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event())
    before = await _history_version(store)
    await store.update_event(event.model_copy(update={"content": TextContent(body="new")}))
    assert await _history_version(store) == before + 1


async def test_updating_an_unknown_event_is_refused(store: ConversationStore) -> None:
    await store.create_room(make_room())
    with pytest.raises(LookupError):
        await store.update_event(make_event())


async def test_deleting_an_event_leaves_a_hole(store: ConversationStore) -> None:
    events = await _committed(store, make_event(), make_event(), make_event())
    assert await store.delete_event(ROOM, events[1].id) == [events[1].id]
    assert [event.index for event in await store.list_events(ROOM)] == [0, 2]
    assert await store.get_event(events[1].id) is None


async def test_a_deleted_index_is_never_used_again(store: ConversationStore) -> None:
    _, last = await _committed(store, make_event(), make_event())
    await store.delete_event(ROOM, last.id)
    [committed] = await store.commit([make_unit(make_event())])
    appended = await store.add_event_auto_index(ROOM, make_event())
    assert (committed.events[0].index, appended.index) == (2, 3)


async def test_deleting_lowers_the_exact_count_only(store: ConversationStore) -> None:
    _, last = await _committed(store, make_event(), make_event())
    await store.delete_event(ROOM, last.id)
    room = await store.get_room(ROOM)
    assert room is not None
    assert await store.get_event_count(ROOM) == 1
    assert (room.event_count, room.latest_index) == (2, 1)


async def test_deleting_makes_the_history_newer(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event())
    before = await _history_version(store)
    await store.delete_event(ROOM, event.id)
    assert await _history_version(store) == before + 1


async def test_replies_are_deleted_after_their_root(store: ConversationStore) -> None:
    root = make_event()
    replies = [make_event(thread_root_id=root.id) for _ in range(2)]
    answer = make_event(parent_event_id=root.id)  # answered, but not in the thread
    await _committed(store, root, replies[0], answer, replies[1])
    deleted = await store.delete_event(ROOM, root.id)
    assert deleted == [root.id, replies[0].id, replies[1].id]
    assert [event.id for event in await store.list_events(ROOM)] == [answer.id]


async def test_replies_may_stay_without_their_root(store: ConversationStore) -> None:
    root = make_event()
    reply = make_event(thread_root_id=root.id)
    await _committed(store, root, reply)
    assert await store.delete_event(ROOM, root.id, cascade_replies=False) == [root.id]
    assert [event.id for event in await store.list_events(ROOM)] == [reply.id]


async def test_deliveries_go_with_their_event(store: ConversationStore) -> None:
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), sends_to=("ws-1",))])
    await store.delete_event(ROOM, committed.events[0].id)
    assert await store.list_deliveries(ROOM) == []
    assert await store.lease_deliveries("worker", seconds=60) == []


async def test_deleting_an_event_of_another_room_does_nothing(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event())
    await store.create_room(make_room("other"))
    assert await store.delete_event("other", event.id) == []
    assert await store.delete_event(ROOM, "nothing") == []
    assert await store.delete_event("nowhere", event.id) == []
    assert await store.get_event(event.id) == event


async def test_a_key_is_known_in_its_room_only(store: ConversationStore) -> None:
    await store.create_room(make_room("other"))
    await _committed(store, make_event(idempotency_key="k"))
    assert await store.check_idempotency(ROOM, "k") is True
    assert await store.check_idempotency(ROOM, "K") is False
    assert await store.check_idempotency("other", "k") is False
    assert await store.check_idempotency("nowhere", "k") is False


async def test_deleting_an_event_frees_its_key(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event(idempotency_key="k"))
    await store.delete_event(ROOM, event.id)
    assert await store.check_idempotency(ROOM, "k") is False


async def test_an_event_is_found_by_key_in_its_room(store: ConversationStore) -> None:
    await store.create_room(make_room("other"))
    [event] = await _committed(store, make_event(idempotency_key="k"))
    assert await store.find_event_by_key("k", room_id=ROOM) == event
    assert await store.find_event_by_key("k", room_id="other") is None


async def test_a_key_finds_the_newest_event_of_a_channel(store: ConversationStore) -> None:
    for minute, (room_id, channel_id) in enumerate(
        (("r0", "sms-1"), ("r1", "sms-1"), ("r2", "sms-2"))
    ):
        await store.create_room(make_room(room_id))
        event = make_event(channel_id=channel_id, idempotency_key="k", created_at=at(minute))
        await store.commit([make_unit(event, room_id=room_id)])
    found = await store.find_event_by_key("k", channel_id="sms-1")
    assert found is not None
    assert found.room_id == "r1"
    assert await store.find_event_by_key("k", channel_id="sms-3") is None


async def test_a_taken_key_is_refused_outside_a_commit(store: ConversationStore) -> None:
    await _committed(store, make_event(idempotency_key="k"))
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the store's
        await store.add_event_auto_index(ROOM, make_event(idempotency_key="k"))
    assert await store.get_event_count(ROOM) == 1


async def test_delivery_results_merge_by_channel(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event(delivery_results={"a": {"n": 1}}))
    await store.record_delivery_results(event.id, {"b": {"n": 2}})
    await store.record_delivery_results(event.id, {"a": {"n": 3}})
    stored = await store.get_event(event.id)
    assert stored == event.model_copy(update={"delivery_results": {"a": {"n": 3}, "b": {"n": 2}}})


async def test_what_a_provider_answered_stays_known(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event())
    answered, later = {"status": "sent", "provider_result": {"id": 1}}, {"status": "failed"}
    for result in (answered, later, {**later, "provider_result": None}):
        await store.record_delivery_results(event.id, {"a": result})
    stored = await store.get_event(event.id)
    assert stored is not None
    assert stored.delivery_results == {"a": {"status": "failed", "provider_result": {"id": 1}}}


async def test_delivery_results_leave_the_history_as_old(store: ConversationStore) -> None:
    [event] = await _committed(store, make_event())
    before = await _history_version(store)
    await store.record_delivery_results(event.id, {"a": {"n": 1}})
    assert await _history_version(store) == before


async def test_results_of_an_unknown_event_are_passed_over(store: ConversationStore) -> None:
    await store.record_delivery_results("nothing", {"a": {"n": 1}})
    assert await store.get_event("nothing") is None
