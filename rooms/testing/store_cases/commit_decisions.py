"""Whether a unit is written: the decisions of a commit, in their order."""

import asyncio

import pytest

from rooms.domain.commit import CommitOutcome, Committed, CommitUnit
from rooms.domain.enums import EventStatus, RoomStatus
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    make_event,
    make_participant,
    make_room,
    make_task,
    make_unit,
)

CLOSED = (RoomStatus.CLOSED, RoomStatus.ARCHIVED)


async def _commit(store: ConversationStore, unit: CommitUnit) -> Committed:
    [committed] = await store.commit([unit])
    return committed


async def test_a_unit_of_an_unknown_room_is_refused(store: ConversationStore) -> None:
    committed = await _commit(store, make_unit(make_event()))
    assert committed == Committed(outcome=CommitOutcome.ROOM_NOT_FOUND)
    assert await store.get_room(ROOM) is None


async def test_no_units_give_no_answers(store: ConversationStore) -> None:
    assert await store.commit([]) == []


@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_room_takes_no_events(store: ConversationStore, status: RoomStatus) -> None:
    room = await store.create_room(make_room(status=status))
    unit = make_unit(make_event(), tasks=(make_task(),), participants=(make_participant(),))
    committed = await _commit(store, unit)
    assert committed == Committed(outcome=CommitOutcome.ROOM_CLOSED, room=room)
    assert await store.get_event_count(ROOM) == 0
    assert await store.list_tasks(ROOM) == []
    assert await store.list_participants(ROOM) == []


@pytest.mark.parametrize("status", CLOSED)
async def test_a_closed_room_keeps_side_effects(
    store: ConversationStore, status: RoomStatus
) -> None:
    await store.create_room(make_room(status=status))
    task = make_task()
    committed = await _commit(store, make_unit(tasks=(task,), metadata_patch={"score": 3}))
    room = await store.get_room(ROOM)
    assert committed.outcome is CommitOutcome.COMMITTED
    assert await store.list_tasks(ROOM) == [task]
    assert room is not None
    assert (room.metadata, room.status) == ({"score": 3}, status)


async def test_the_closing_record_is_exempt(store: ConversationStore) -> None:
    await store.create_room(make_room(status=RoomStatus.CLOSED))
    committed = await _commit(store, make_unit(make_event(), exempt_from_status=True))
    assert committed.outcome is CommitOutcome.COMMITTED
    assert await store.get_event_count(ROOM) == 1


async def test_a_paused_room_takes_events(store: ConversationStore) -> None:
    await store.create_room(make_room(status=RoomStatus.PAUSED))
    committed = await _commit(store, make_unit(make_event()))
    assert committed.outcome is CommitOutcome.COMMITTED
    assert committed.room is not None
    assert committed.room.status is RoomStatus.PAUSED


async def test_a_known_key_gives_back_the_original(store: ConversationStore) -> None:
    await store.create_room(make_room())
    first = await _commit(store, make_unit(make_event("one", idempotency_key="k")))
    again = await _commit(store, make_unit(make_event("two", idempotency_key="k")))
    assert again.outcome is CommitOutcome.DUPLICATE
    assert again.events == first.events
    assert (again.room, again.jobs) == (first.room, ())
    assert await store.get_event_count(ROOM) == 1


async def test_a_duplicate_writes_nothing_at_all(store: ConversationStore) -> None:
    await store.create_room(make_room())
    event = make_event(idempotency_key="k")
    await _commit(store, make_unit(event))
    before = await store.get_room(ROOM)
    unit = make_unit(event, make_event(), sends_to=("ws-1",), tasks=(make_task(),))
    await _commit(store, unit)
    assert await store.get_room(ROOM) == before
    assert await store.list_tasks(ROOM) == []
    assert await store.list_deliveries(ROOM) == []


async def test_a_duplicate_of_a_blocked_event_is_blocked(store: ConversationStore) -> None:
    await store.create_room(make_room())
    blocked = make_event(idempotency_key="k", status=EventStatus.BLOCKED, blocked_by="moderation")
    await _commit(store, make_unit(blocked))
    again = await _commit(store, make_unit(make_event(idempotency_key="k")))
    assert (again.events[0].status, again.events[0].blocked_by) == (
        EventStatus.BLOCKED,
        "moderation",
    )


async def test_one_key_counts_per_room(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    await _commit(store, make_unit(make_event(idempotency_key="k")))
    other = await _commit(store, make_unit(make_event(idempotency_key="k"), room_id="other"))
    assert other.outcome is CommitOutcome.COMMITTED


async def test_events_without_a_key_are_never_duplicates(store: ConversationStore) -> None:
    await store.create_room(make_room())
    outcomes = [(await _commit(store, make_unit(make_event("same")))).outcome for _ in range(2)]
    assert outcomes == [CommitOutcome.COMMITTED] * 2


async def test_a_refused_unit_leaves_its_key_free(store: ConversationStore) -> None:
    room = await store.create_room(make_room(status=RoomStatus.CLOSED))
    event = make_event(idempotency_key="k")
    await _commit(store, make_unit(event))
    await store.update_room(room.model_copy(update={"status": RoomStatus.ACTIVE}))
    assert (await _commit(store, make_unit(event))).outcome is CommitOutcome.COMMITTED


async def test_one_key_tried_at_once_makes_one_event(store: ConversationStore) -> None:
    await store.create_room(make_room())
    units = [make_unit(make_event(idempotency_key="k")) for _ in range(10)]
    answers = await asyncio.gather(*(_commit(store, unit) for unit in units))
    outcomes = sorted(answer.outcome for answer in answers)
    assert outcomes == [CommitOutcome.COMMITTED, *[CommitOutcome.DUPLICATE] * 9]
    assert len({answer.events[0].id for answer in answers}) == 1


@pytest.mark.parametrize(
    ("epoch", "outcome"),
    [
        (4, CommitOutcome.COMMITTED),  # the room's own
        (3, CommitOutcome.STALE_OWNER),
        (5, CommitOutcome.STALE_OWNER),
        (None, CommitOutcome.COMMITTED),  # not asked
    ],
)
async def test_an_answer_of_another_epoch_is_stale(
    store: ConversationStore, epoch: int | None, outcome: CommitOutcome
) -> None:
    await store.create_room(make_room(owner_epoch=4))
    committed = await _commit(store, make_unit(make_event(), owner_epoch=epoch))
    assert committed.outcome is outcome
    assert await store.get_event_count(ROOM) == (outcome is CommitOutcome.COMMITTED)


async def test_a_stale_unit_writes_no_side_effects(store: ConversationStore) -> None:
    room = await store.create_room(make_room(owner_epoch=4))
    committed = await _commit(store, make_unit(tasks=(make_task(),), owner_epoch=3))
    assert committed == Committed(outcome=CommitOutcome.STALE_OWNER, room=room)
    assert await store.list_tasks(ROOM) == []


async def test_a_duplicate_comes_before_closed_and_stale(store: ConversationStore) -> None:
    room = await store.create_room(make_room())
    await _commit(store, make_unit(make_event(idempotency_key="k")))
    await store.update_room(room.model_copy(update={"status": RoomStatus.CLOSED}))
    again = make_unit(make_event(idempotency_key="k"), owner_epoch=9)
    assert (await _commit(store, again)).outcome is CommitOutcome.DUPLICATE


async def test_closed_comes_before_stale(store: ConversationStore) -> None:
    await store.create_room(make_room(status=RoomStatus.CLOSED))
    committed = await _commit(store, make_unit(make_event(), owner_epoch=9))
    assert committed.outcome is CommitOutcome.ROOM_CLOSED


async def test_every_unit_of_a_call_is_decided_alone(store: ConversationStore) -> None:
    await store.create_room(make_room("open"))
    await store.create_room(make_room("closed", status=RoomStatus.CLOSED))
    await store.create_room(make_room("stale"))
    units = [
        make_unit(make_event(), room_id="stale", owner_epoch=9),
        make_unit(make_event(), room_id="open"),
        make_unit(make_event(), room_id="nowhere"),
        make_unit(make_event(), room_id="closed"),
    ]
    assert [answer.outcome for answer in await store.commit(units)] == [
        CommitOutcome.STALE_OWNER,
        CommitOutcome.COMMITTED,
        CommitOutcome.ROOM_NOT_FOUND,
        CommitOutcome.ROOM_CLOSED,
    ]
    assert [await store.get_event_count(room) for room in ("open", "closed", "stale")] == [1, 0, 0]


async def test_two_units_of_one_room_are_refused_together(store: ConversationStore) -> None:
    await store.create_room(make_room())
    with pytest.raises(ValueError, match=ROOM):
        await store.commit([make_unit(make_event()), make_unit(make_event())])
    assert await store.get_event_count(ROOM) == 0


async def test_a_taken_event_id_fails_the_whole_call(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await store.create_room(make_room("other"))
    taken = (await _commit(store, make_unit(make_event()))).events[0]
    before = await store.get_room(ROOM)
    units = [make_unit(make_event(), room_id="other"), make_unit(make_event(), taken)]
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the store's
        await store.commit(units)
    assert await store.get_room(ROOM) == before
    assert await store.get_event_count("other") == 0


async def test_a_taken_key_of_a_later_event_fails_the_unit(store: ConversationStore) -> None:
    await store.create_room(make_room())
    await _commit(store, make_unit(make_event(idempotency_key="k")))
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the store's
        await _commit(store, make_unit(make_event(), make_event(idempotency_key="k")))
    room = await store.get_room(ROOM)
    assert room is not None
    assert (room.event_count, await store.get_event_count(ROOM)) == (1, 1)
