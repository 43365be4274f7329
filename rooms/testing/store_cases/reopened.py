"""Sent jobs that are opened again because their message came to nothing: once for each send."""

import asyncio

import pytest

from rooms.domain.job import DeliveryFinish, DeliveryJob, DeliveryState
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

HOUR = 3600.0


async def _ended(
    store: ConversationStore, state: DeliveryState = DeliveryState.SENT
) -> DeliveryJob:
    """Return the only job of a new room after its first attempt."""
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), sends_to=("phone",))])
    [job] = committed.jobs
    await store.finish_deliveries([make_finish(job, state, follow_up_in_s=HOUR)])
    return await _job(store)


async def _job(store: ConversationStore) -> DeliveryJob:
    [job] = await store.list_deliveries(ROOM)
    return job


def _again(job: DeliveryJob, due_in_s: float = -1.0) -> DeliveryFinish:
    return DeliveryFinish(
        id=job.id,
        state=DeliveryState.WAITING,
        attempts=job.attempts,
        due_in_s=due_in_s,
        error_code="30008",
        error_message="carrier",
    )


async def test_a_sent_job_can_be_taken_again(store: ConversationStore) -> None:
    job = await _ended(store)
    assert await store.reopen_delivery(_again(job))
    [taken] = await store.lease_deliveries("node", seconds=HOUR)
    assert (taken.id, taken.state, taken.attempts) == (job.id, DeliveryState.WAITING, 1)
    assert (taken.error_code, taken.error_message) == ("30008", "carrier")
    assert (taken.provider_message_id, taken.follow_up_at) == (None, None)


async def test_a_reopened_job_waits_until_it_is_due(store: ConversationStore) -> None:
    await store.reopen_delivery(_again(await _ended(store), due_in_s=HOUR))
    assert await store.lease_deliveries("node", seconds=HOUR) == []


async def test_of_several_who_reopen_a_job_one_does(store: ConversationStore) -> None:
    again = _again(await _ended(store))
    told = await asyncio.gather(*(store.reopen_delivery(again) for _ in range(4)))
    assert sorted(told) == [False, False, False, True]


async def test_a_job_that_was_sent_again_meanwhile_stays(store: ConversationStore) -> None:
    job = await _ended(store)
    await store.reopen_delivery(_again(job))
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    assert not await store.reopen_delivery(_again(job))
    assert (await _job(store)).state is DeliveryState.SENT


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.UNKNOWN])
async def test_what_was_not_sent_is_not_reopened(
    store: ConversationStore, state: DeliveryState
) -> None:
    job = await _ended(store, state)
    assert not await store.reopen_delivery(_again(job))
    assert await _job(store) == job


async def test_an_unknown_job_is_not_reopened(store: ConversationStore) -> None:
    assert not await store.reopen_delivery(
        DeliveryFinish(id="nothing", state=DeliveryState.WAITING, attempts=0)
    )
