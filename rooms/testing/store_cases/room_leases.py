"""Entering a room, and the lease by which one process at a time writes to it.

Leases of negative length stand for leases that have run out.
"""

import asyncio
from typing import Any

import pytest

from rooms.domain.commit import CommitOutcome
from rooms.domain.enums import RoomStatus
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    make_address,
    make_binding,
    make_event,
    make_participant,
    make_room,
    make_task,
    make_unit,
)

MINE = LeaseRequest(owner="node-1", seconds=3600)
OTHERS = LeaseRequest(owner="node-2", seconds=3600)
RUN_OUT = LeaseRequest(owner="node-1", seconds=-60)
BUSY = RoomEntry(busy=True)


async def _take(store: ConversationStore, lease: LeaseRequest = MINE) -> int:
    """Make the room and take its lease."""
    await store.create_room(make_room())
    token = await store.take_room_lease(ROOM, lease)
    assert token
    return token


async def _commit(store: ConversationStore, *events: RoomEvent, **fields: Any) -> CommitOutcome:
    [committed] = await store.commit([make_unit(*events, **fields)])
    return committed.outcome


async def test_entering_shows_what_the_snapshot_shows(store: ConversationStore) -> None:
    await store.create_room(make_room(metadata={"a": 1}))
    await store.add_binding(make_binding())
    await store.remove_binding(ROOM, "gone")
    people: JsonObject = {"participants": (make_participant(),), "addresses": (make_address(),)}
    await store.commit([make_unit(make_event(), **people)])
    entry = await store.enter_room(ROOM)
    assert entry == RoomEntry(snapshot=await store.load_snapshot(ROOM))
    leased = await store.enter_room(ROOM, lease=MINE)
    assert leased == RoomEntry(snapshot=entry.snapshot, lease_token=1)


async def test_a_room_that_does_not_exist_is_entered_as_nothing(store: ConversationStore) -> None:
    assert await store.enter_room(ROOM, key="k") == RoomEntry()
    assert await store.enter_room(ROOM, key="k", lease=MINE) == RoomEntry()
    assert await store.take_room_lease(ROOM, MINE) == 0


@pytest.mark.parametrize("lease", [None, MINE])
async def test_entering_finds_the_event_with_the_key(
    store: ConversationStore, lease: LeaseRequest | None
) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    event = make_event(idempotency_key="k")
    await store.commit([make_unit(event)])
    assert (await store.enter_room(ROOM, key="k", lease=lease)).known == event
    assert (await store.enter_room(ROOM, key="new", lease=lease)).known is None
    assert (await store.enter_room(ROOM, lease=lease)).known is None
    assert (await store.enter_room("other", key="k", lease=lease)).known is None


async def test_many_enter_at_once_each_with_its_own_answer(store: ConversationStore) -> None:
    rooms = [f"room-{number}" for number in range(6)]
    for room_id in rooms:
        await store.create_room(make_room(room_id))
    await store.take_room_lease(rooms[1], OTHERS)
    leases = [MINE, MINE, None, OTHERS, MINE, None]
    asked = zip([*rooms[:-1], "nowhere"], leases, strict=True)
    entries = await asyncio.gather(*(store.enter_room(one, lease=lease) for one, lease in asked))
    found = [entry.snapshot and entry.snapshot.context.room.id for entry in entries]
    assert found == [rooms[0], None, rooms[2], rooms[3], rooms[4], None]
    assert [entry.lease_token for entry in entries] == [1, None, None, 1, 1, None]
    assert [entry.busy for entry in entries] == [False, True, False, False, False, False]


async def test_a_held_room_is_busy_for_others(store: ConversationStore) -> None:
    await _take(store)
    assert await store.enter_room(ROOM, lease=OTHERS) == BUSY
    assert await store.take_room_lease(ROOM, OTHERS) is None


async def test_who_asks_for_no_lease_is_not_kept_out(store: ConversationStore) -> None:
    await _take(store)
    entry = await store.enter_room(ROOM)
    assert (entry.busy, entry.snapshot is None) == (False, False)
    assert await _commit(store, make_event()) is CommitOutcome.COMMITTED


async def test_of_many_who_ask_at_once_one_gets_the_lease(store: ConversationStore) -> None:
    await store.create_room(make_room())
    leases = [LeaseRequest(owner=f"node-{number}", seconds=3600) for number in range(10)]
    entries = await asyncio.gather(*(store.enter_room(ROOM, lease=one) for one in leases))
    assert sorted(entry.busy for entry in entries) == [False] + [True] * 9


async def test_an_owner_takes_its_lease_again_with_a_new_token(store: ConversationStore) -> None:
    first = await _take(store)
    entries = await asyncio.gather(*(store.enter_room(ROOM, lease=MINE) for _ in range(2)))
    tokens = sorted(entry.lease_token or 0 for entry in entries)
    assert tokens == [first + 1, first + 2]


async def test_a_lease_that_ran_out_goes_to_the_next(store: ConversationStore) -> None:
    first = await _take(store, RUN_OUT)
    entry = await store.enter_room(ROOM, lease=OTHERS)
    assert entry.lease_token == first + 1
    assert await store.enter_room(ROOM, lease=MINE) == BUSY


async def test_a_room_that_was_left_is_free(store: ConversationStore) -> None:
    token = await _take(store)
    await store.leave_room(ROOM, token)
    assert await store.take_room_lease(ROOM, OTHERS) == token + 1


async def test_who_lost_a_lease_cannot_give_it_back(store: ConversationStore) -> None:
    lost = await _take(store, RUN_OUT)
    await store.take_room_lease(ROOM, OTHERS)
    await store.leave_room(ROOM, lost)
    await store.leave_room("nowhere", lost)
    assert await store.enter_room(ROOM, lease=MINE) == BUSY


async def test_a_renewed_lease_of_a_room_is_kept(store: ConversationStore) -> None:
    token = await _take(store, RUN_OUT)
    await store.renew_room_leases({ROOM: token, "nowhere": 1}, seconds=3600)
    assert await store.enter_room(ROOM, lease=OTHERS) == BUSY


async def test_a_lost_lease_of_a_room_is_not_renewed(store: ConversationStore) -> None:
    lost = await _take(store, RUN_OUT)
    token = await store.take_room_lease(ROOM, OTHERS)
    await store.renew_room_leases({ROOM: lost}, seconds=-60)
    assert await store.enter_room(ROOM, lease=MINE) == BUSY
    assert token == lost + 1


async def test_a_lease_that_was_given_back_is_not_renewed(store: ConversationStore) -> None:
    token = await _take(store)
    await store.leave_room(ROOM, token)
    await store.renew_room_leases({ROOM: token}, seconds=3600)
    assert await store.take_room_lease(ROOM, OTHERS) == token + 1


async def test_writing_a_room_leaves_its_lease(store: ConversationStore) -> None:
    token = await _take(store)
    await store.patch_room_metadata(ROOM, {"a": 1})
    await store.add_event_auto_index(ROOM, make_event())
    await _commit(store, make_event(), metadata_patch={"b": 2})
    await _commit(store, make_event(), lease_token=token)
    assert await store.enter_room(ROOM, lease=OTHERS) == BUSY


async def test_who_holds_the_lease_commits(store: ConversationStore) -> None:
    token = await _take(store)
    assert await _commit(store, make_event(), lease_token=token) is CommitOutcome.COMMITTED


async def test_who_lost_the_lease_leaves_nothing_behind(store: ConversationStore) -> None:
    lost = await _take(store, RUN_OUT)
    await store.take_room_lease(ROOM, OTHERS)
    room = await store.get_room(ROOM)
    unit = make_unit(
        make_event(), sends_to=("ws-1",), tasks=(make_task(),), participants=(make_participant(),)
    )
    fenced = unit.model_copy(update={"lease_token": lost, "releases_lease": True})
    [refused] = await store.commit([fenced])
    assert (refused.outcome, refused.room) == (CommitOutcome.LEASE_LOST, room)
    assert (refused.events, refused.jobs) == ((), ())
    assert await store.get_event_count(ROOM) == 0
    assert await store.list_deliveries(ROOM) == []
    assert await store.list_tasks(ROOM) == []
    assert await store.list_participants(ROOM) == []
    assert await store.enter_room(ROOM, lease=MINE) == BUSY


async def test_a_unit_that_changes_the_room_needs_the_lease_too(store: ConversationStore) -> None:
    lost = await _take(store, RUN_OUT)
    await store.take_room_lease(ROOM, OTHERS)
    outcome = await _commit(store, metadata_patch={"a": 1}, lease_token=lost)
    room = await store.get_room(ROOM)
    assert outcome is CommitOutcome.LEASE_LOST
    assert room is not None
    assert room.metadata == {}


async def test_a_duplicate_comes_before_a_lost_lease(store: ConversationStore) -> None:
    token = await _take(store)
    await _commit(store, make_event(idempotency_key="k"))
    again = make_event(idempotency_key="k")
    assert await _commit(store, again, lease_token=token + 1) is CommitOutcome.DUPLICATE


async def test_a_lost_lease_comes_before_closed_and_stale(store: ConversationStore) -> None:
    await store.create_room(make_room(status=RoomStatus.CLOSED))
    outcome = await _commit(store, make_event(), lease_token=7, owner_epoch=9)
    assert outcome is CommitOutcome.LEASE_LOST


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"tasks": (make_task(),)},
        {"metadata_patch": {"a": 1}},
    ],
    ids=["only events", "with side effects", "with changes of the room"],
)
async def test_a_commit_gives_the_lease_back(store: ConversationStore, beside: JsonObject) -> None:
    token = await _take(store)
    await _commit(store, make_event(), lease_token=token, releases_lease=True, **beside)
    assert await store.take_room_lease(ROOM, OTHERS) == token + 1


async def test_each_unit_of_a_call_gives_back_its_own_lease(store: ConversationStore) -> None:
    token = await _take(store)
    await store.create_room(make_room("kept"))
    await store.take_room_lease("kept", MINE)
    lease: JsonObject = {"lease_token": token, "metadata_patch": {"a": 1}}
    left = make_unit(make_event(), releases_lease=True, **lease)
    await store.commit([left, make_unit(make_event(), room_id="kept", **lease)])
    assert await store.take_room_lease(ROOM, OTHERS) == token + 1
    assert await store.take_room_lease("kept", OTHERS) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"releases_lease": True, "owner_epoch": 9},  # refused
        {"releases_lease": True, "lease_token": None},  # made under no lease
    ],
)
async def test_a_lease_outlives_other_units(store: ConversationStore, fields: JsonObject) -> None:
    token = await _take(store)
    await _commit(store, make_event(), **{"lease_token": token, **fields})
    assert await store.enter_room(ROOM, lease=OTHERS) == BUSY
