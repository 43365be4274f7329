"""Deliveries that somebody looks after: taken when due, by one at a time, and gone on for once."""

import asyncio

import pytest

from rooms.domain.commit import CommitOutcome
from rooms.domain.fallback import FallbackPolicy, FollowUp
from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    make_binding,
    make_event,
    make_finish,
    make_room,
    make_unit,
)

HOUR = 3600.0


async def _ended(
    store: ConversationStore,
    *,
    wait: float | None,
    state: DeliveryState = DeliveryState.SENT,
) -> DeliveryJob:
    """Return the only job of a new room, ended, to be looked after in so many seconds."""
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), sends_to=("wa",))])
    [job] = committed.jobs
    await store.finish_deliveries([make_finish(job, state, follow_up_in_s=wait)])
    [ended] = await store.list_deliveries(ROOM)
    return ended


def _next_of(job: DeliveryJob) -> DeliveryJob:
    return DeliveryJob(
        room_id=job.room_id,
        event_id=job.event_id,
        event_index=job.event_index,
        channel_id="sms",
        fallback_for="wa",
    )


@pytest.mark.parametrize(
    ("wait", "taken"),
    [
        (0.0, 1),
        (-HOUR, 1),
        (HOUR, 0),  # not yet
        (None, 0),  # nobody looks after it
    ],
)
async def test_an_ended_job_is_looked_after_when_its_moment_has_come(
    store: ConversationStore, wait: float | None, taken: int
) -> None:
    await _ended(store, wait=wait)
    assert len(await store.lease_follow_ups(seconds=HOUR)) == taken


async def test_an_open_job_is_not_looked_after(store: ConversationStore) -> None:
    await _ended(store, wait=0.0, state=DeliveryState.WAITING)
    assert await store.lease_follow_ups(seconds=HOUR) == []


async def test_a_job_is_looked_after_by_one_at_a_time(store: ConversationStore) -> None:
    job = await _ended(store, wait=0.0)
    takings = [store.lease_follow_ups(seconds=HOUR) for _ in range(4)]
    taken = [taken.id for answer in await asyncio.gather(*takings) for taken in answer]
    assert taken == [job.id]


async def test_a_look_that_led_to_nothing_is_repeated(store: ConversationStore) -> None:
    await _ended(store, wait=0.0)
    await store.lease_follow_ups(seconds=-HOUR)
    assert len(await store.lease_follow_ups(seconds=HOUR)) == 1


async def test_only_the_named_jobs_are_taken(store: ConversationStore) -> None:
    job = await _ended(store, wait=0.0)
    assert await store.lease_follow_ups(seconds=HOUR, delivery_ids=["nothing"]) == []
    assert len(await store.lease_follow_ups(seconds=HOUR, delivery_ids=[job.id])) == 1


async def test_a_job_is_looked_after_no_more(store: ConversationStore) -> None:
    job = await _ended(store, wait=0.0)
    await store.end_follow_up(job.id)
    await store.end_follow_up("nothing")
    assert await store.lease_follow_ups(seconds=HOUR) == []


async def test_a_look_can_be_hastened(store: ConversationStore) -> None:
    job = await _ended(store, wait=HOUR)
    assert await store.hasten_follow_ups(job.event_id, "wa") == [job.id]
    assert [taken.id for taken in await store.lease_follow_ups(seconds=HOUR)] == [job.id]


async def test_what_nobody_looks_after_cannot_be_hastened(store: ConversationStore) -> None:
    job = await _ended(store, wait=None)
    assert await store.hasten_follow_ups(job.event_id, "wa") == []
    assert await store.lease_follow_ups(seconds=HOUR) == []


async def test_a_unit_goes_on_for_a_job(store: ConversationStore) -> None:
    job = await _ended(store, wait=0.0)
    follow_up = FollowUp(delivery_id=job.id, next_job=_next_of(job))
    await store.commit([make_unit(make_event("record"), follow_ups=(follow_up,))])
    after, before = await store.list_deliveries(ROOM, event_id=job.event_id)
    assert (after.channel_id, after.fallback_for, after.state) == (
        *("sms", "wa"),
        DeliveryState.PENDING,
    )
    assert [taken.id for taken in await store.lease_deliveries("node", seconds=HOUR)] == [after.id]
    assert (before.follow_up_at, after.follow_up_at) == (None, None)
    assert await store.lease_follow_ups(seconds=HOUR) == []


async def test_a_job_is_gone_on_for_once_per_key(store: ConversationStore) -> None:
    job = await _ended(store, wait=0.0)
    units = [
        make_unit(
            make_event("record", idempotency_key="once"),
            follow_ups=(FollowUp(delivery_id=job.id, next_job=_next_of(job)),),
        )
        for _ in range(3)
    ]
    outcomes = [(await store.commit([unit]))[0].outcome for unit in units]
    assert outcomes == [CommitOutcome.COMMITTED, *[CommitOutcome.DUPLICATE] * 2]
    assert len(await store.list_deliveries(ROOM, event_id=job.event_id)) == 2


async def test_a_deleted_event_is_not_looked_after(store: ConversationStore) -> None:
    job = await _ended(store, wait=0.0)
    await store.delete_event(ROOM, job.event_id)
    assert await store.lease_follow_ups(seconds=HOUR) == []


async def test_a_deleted_room_is_not_looked_after(store: ConversationStore) -> None:
    await _ended(store, wait=0.0)
    await store.delete_room(ROOM)
    assert await store.lease_follow_ups(seconds=HOUR) == []


@pytest.mark.parametrize("policy", [None, FallbackPolicy(channels=["sms"], after_minutes=0.5)])
async def test_a_binding_keeps_its_fallback(
    store: ConversationStore, policy: FallbackPolicy | None
) -> None:
    await store.create_room(make_room())
    binding = await store.add_binding(make_binding("wa", fallback=policy))
    snapshot = await store.load_snapshot(ROOM)
    assert snapshot is not None
    assert snapshot.context.bindings == [binding]
    assert binding.fallback == policy
