"""Who answers in a room: changed by a commit, under one epoch after the other; and pauses."""

from typing import Any

import pytest

from rooms.domain.commit import CommitOutcome, Committed, OwnerChange
from rooms.domain.enums import OwnerKind
from rooms.domain.errors import RoomNotFoundError
from rooms.domain.job import DeliveryState
from rooms.domain.ownership import AIPause
from rooms.domain.room import Room
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

TAKEN = OwnerChange(kind=OwnerKind.HUMAN, owner_id="ann")
HANDED_BACK = OwnerChange(kind=OwnerKind.AI)


async def _commit(store: ConversationStore, *events: Any, **fields: Any) -> Committed:
    [committed] = await store.commit([make_unit(*events, **fields)])
    return committed


async def _read(store: ConversationStore) -> Room:
    room = await store.get_room(ROOM)
    assert room is not None
    return room


@pytest.mark.parametrize("has_event", [True, False])
async def test_a_change_of_owner_raises_the_epoch(
    store: ConversationStore, has_event: bool
) -> None:
    await store.create_room(make_room(owner_epoch=4))
    events = [make_event()] if has_event else []
    committed = await _commit(store, *events, owner_change=TAKEN)
    room = await _read(store)
    assert (room.owner_kind, room.owner_id, room.owner_epoch) == (OwnerKind.HUMAN, "ann", 5)
    assert committed.room == room


async def test_the_next_owner_leaves_nothing_of_the_last(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await _commit(store, owner_change=TAKEN)
    await _commit(store, owner_change=HANDED_BACK)
    room = await _read(store)
    assert (room.owner_kind, room.owner_id, room.owner_epoch) == (OwnerKind.AI, None, 2)


async def test_a_unit_without_one_leaves_the_owner(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await _commit(store, owner_change=TAKEN)
    await _commit(store, make_event(), metadata_patch={"a": 1})
    room = await _read(store)
    assert (room.owner_kind, room.owner_id, room.owner_epoch) == (OwnerKind.HUMAN, "ann", 1)


async def test_jobs_of_the_same_unit_carry_the_new_epoch(store: ConversationStore) -> None:
    await store.create_room(make_room(owner_epoch=4))
    committed = await _commit(store, make_event(), sends_to=("sms",), owner_change=TAKEN)
    [stored] = await store.list_deliveries(ROOM)
    assert (committed.jobs[0].owner_epoch, stored.owner_epoch) == (5, 5)


async def test_of_two_changes_under_one_epoch_only_the_first_is_made(
    store: ConversationStore,
) -> None:
    await store.create_room(make_room(owner_epoch=4))
    await _commit(store, owner_change=TAKEN, owner_epoch=4)
    late = OwnerChange(kind=OwnerKind.QUEUE)
    committed = await _commit(store, make_event(), owner_change=late, owner_epoch=4)
    assert committed.outcome is CommitOutcome.STALE_OWNER
    assert (await _read(store)).owner_id == "ann"
    assert await store.get_event_count(ROOM) == 0


async def test_a_change_of_owner_ends_jobs(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await _commit(store, make_event(), sends_to=("bot",), lease_owner="node-1")
    [job] = await store.list_deliveries(ROOM)
    finish = make_finish(job, DeliveryState.DISCARDED, error_code="taken_over")
    await _commit(store, owner_change=TAKEN, finishes=(finish,))
    [ended] = await store.list_deliveries(ROOM)
    assert (ended.state, ended.error_code) == (DeliveryState.DISCARDED, "taken_over")
    assert ended.lease_owner == ""


@pytest.mark.parametrize(
    ("place", "is_paused"),
    [
        ({}, True),  # everywhere
        ({"organization_id": "acme"}, True),
        ({"organization_id": "other"}, False),
        ({"channel_id": "bot"}, True),
        ({"channel_id": "other"}, False),
        ({"room_id": ROOM}, True),
        ({"room_id": ROOM, "channel_id": "bot"}, True),
        ({"room_id": ROOM, "channel_id": "other"}, False),
        ({"room_id": "room-2"}, False),
        ({"organization_id": "acme", "channel_id": "bot"}, True),
        ({"organization_id": "other", "channel_id": "bot"}, False),
    ],
)
async def test_an_agent_is_paused_by_what_holds_for_it(
    store: ConversationStore, place: dict[str, Any], is_paused: bool
) -> None:
    await store.create_room(make_room(organization_id="acme"))
    await store.create_room(make_room("room-2", organization_id="acme"))
    assert not await store.is_ai_paused(ROOM, "bot")
    assert await store.add_ai_pause(AIPause(**place))
    assert await store.is_ai_paused(ROOM, "bot") is is_paused


async def test_a_pause_is_there_once_until_it_is_lifted(store: ConversationStore) -> None:
    await store.create_room(make_room())
    here, everywhere = AIPause(room_id=ROOM, channel_id="bot"), AIPause()
    added = [await store.add_ai_pause(pause) for pause in (here, here, everywhere, everywhere)]
    assert added == [True, False, True, False]
    assert await store.remove_ai_pause(here)
    assert await store.is_ai_paused(ROOM, "bot")
    assert await store.remove_ai_pause(everywhere)
    assert not await store.remove_ai_pause(everywhere)
    assert not await store.is_ai_paused(ROOM, "bot")


async def test_a_pause_of_another_place_is_not_lifted(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_ai_pause(AIPause(channel_id="bot"))
    assert not await store.remove_ai_pause(AIPause())
    assert await store.is_ai_paused(ROOM, "bot")


async def test_no_room_no_pause(store: ConversationStore) -> None:
    with pytest.raises(RoomNotFoundError):
        await store.add_ai_pause(AIPause(room_id="nowhere"))
    assert not await store.is_ai_paused("nowhere", "bot")


async def test_a_pause_goes_with_its_room(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.add_ai_pause(AIPause(room_id=ROOM))
    await store.delete_room(ROOM)
    await store.create_room(make_room())
    assert not await store.is_ai_paused(ROOM, "bot")
