"""Telling once per event that the first attempts of all its jobs are over."""

import asyncio

import pytest

from rooms.domain.commit import EventWrite, PlannedDelivery
from rooms.domain.job import DeliveryKind, DeliveryState
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

SEND, REACT, INJECT = DeliveryKind.SEND, DeliveryKind.REACT, DeliveryKind.INJECT


async def _event(store: ConversationStore, *jobs: tuple[DeliveryKind, DeliveryState]) -> str:
    """Commit an event with jobs of these kinds in these states; return its id."""
    await store.create_room(make_room())
    planned = tuple(
        PlannedDelivery(channel_id=f"ch-{number}", kind=kind)
        for number, (kind, _) in enumerate(jobs)
    )
    event = make_event()
    unit = make_unit(events=(EventWrite(event=event, deliveries=planned),))
    [committed] = await store.commit([unit])
    await store.finish_deliveries(
        [make_finish(job, state) for job, (_, state) in zip(committed.jobs, jobs, strict=True)]
    )
    return event.id


async def test_an_event_is_processed_once(store: ConversationStore) -> None:
    event_id = await _event(store)
    assert [await store.mark_processed(event_id) for _ in range(2)] == [True, False]


async def test_one_of_many_is_told_that_an_event_is_processed(store: ConversationStore) -> None:
    event_id = await _event(store, (SEND, DeliveryState.SENT))
    told = await asyncio.gather(*(store.mark_processed(event_id) for _ in range(10)))
    assert sum(told) == 1


@pytest.mark.parametrize(
    ("kind", "state", "is_over"),
    [
        (SEND, DeliveryState.PENDING, False),
        (SEND, DeliveryState.SENDING, False),
        (INJECT, DeliveryState.PENDING, False),
        (INJECT, DeliveryState.SENDING, False),
        (REACT, DeliveryState.PENDING, False),
        (REACT, DeliveryState.SENDING, True),  # an answer may take its time
        (SEND, DeliveryState.WAITING, True),  # the first attempt is over
        (SEND, DeliveryState.FAILED, True),
        (SEND, DeliveryState.UNKNOWN, True),
        (INJECT, DeliveryState.SENT, True),
        (REACT, DeliveryState.DISCARDED, True),
    ],
)
async def test_an_event_is_processed_when_each_job_was_tried(
    store: ConversationStore, kind: DeliveryKind, state: DeliveryState, is_over: bool
) -> None:
    event_id = await _event(store, (SEND, DeliveryState.SENT), (kind, state))
    assert await store.mark_processed(event_id) is is_over


async def test_the_last_job_of_an_event_makes_it_processed(store: ConversationStore) -> None:
    event_id = await _event(store, (SEND, DeliveryState.PENDING))
    assert not await store.mark_processed(event_id)
    [job] = await store.list_deliveries(ROOM)
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    assert await store.mark_processed(event_id)


async def test_jobs_of_other_events_do_not_matter(store: ConversationStore) -> None:
    event_id = await _event(store)
    await store.commit([make_unit(make_event(), sends_to=("ws-1",))])
    assert await store.mark_processed(event_id)


async def test_an_unknown_event_is_never_processed(store: ConversationStore) -> None:
    assert not await store.mark_processed("nothing")


# -- rounds that are over and that nobody has told of


async def _owing(store: ConversationStore, *states: DeliveryState, owes_round: bool = True) -> str:
    """Commit an event with one job to send for each of these states; return its id."""
    event_id = await _event(store, *((SEND, DeliveryState.PENDING) for _ in states))
    jobs = await store.list_deliveries(ROOM, event_id=event_id)
    await store.finish_deliveries(
        [
            make_finish(job, state, owes_round=owes_round)
            for job, state in zip(jobs, states, strict=True)
        ]
    )
    return event_id


@pytest.mark.parametrize("states", [(DeliveryState.SENT,), (DeliveryState.WAITING,) * 2])
async def test_an_untold_round_is_found_until_it_is_told(
    store: ConversationStore, states: tuple[DeliveryState, ...]
) -> None:
    event_id = await _owing(store, *states)
    assert await store.find_untold_rounds() == [event_id]
    assert await store.mark_processed(event_id)
    assert await store.find_untold_rounds() == []


async def test_a_round_that_goes_on_is_not_found(store: ConversationStore) -> None:
    event_id = await _owing(store, DeliveryState.SENT, DeliveryState.SENDING)
    assert await store.find_untold_rounds() == []
    [_, last] = await store.list_deliveries(ROOM, event_id=event_id)
    await store.finish_deliveries([make_finish(last, DeliveryState.FAILED)])
    assert await store.find_untold_rounds() == [event_id]


async def test_a_round_that_nobody_owes_is_not_found(store: ConversationStore) -> None:
    await _owing(store, DeliveryState.SENT, owes_round=False)
    assert await store.find_untold_rounds() == []


async def test_a_round_that_was_told_is_owed_no_more(store: ConversationStore) -> None:
    event_id = await _owing(store, DeliveryState.WAITING)
    await store.mark_processed(event_id)
    [job] = await store.list_deliveries(ROOM)
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT, owes_round=True)])
    assert await store.find_untold_rounds() == []


async def test_a_fenced_finish_that_is_not_written_owes_nothing(store: ConversationStore) -> None:
    event_id = await _event(store, (SEND, DeliveryState.PENDING))
    [job] = await store.list_deliveries(ROOM, event_id=event_id)
    late = make_finish(job, DeliveryState.SENT, lease_owner="another", owes_round=True)
    await store.finish_deliveries([late])
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    assert await store.find_untold_rounds() == []


async def test_only_so_many_untold_rounds_are_found(store: ConversationStore) -> None:
    await _owing(store, DeliveryState.SENT)
    for _ in range(2):
        [committed] = await store.commit([make_unit(make_event(), sends_to=("ws-1",))])
        [job] = committed.jobs
        await store.finish_deliveries([make_finish(job, DeliveryState.SENT, owes_round=True)])
    assert len(await store.find_untold_rounds(limit=2)) == 2
    assert len(await store.find_untold_rounds()) == 3


async def test_a_round_goes_with_its_room(store: ConversationStore) -> None:
    await _owing(store, DeliveryState.SENT)
    await store.delete_room(ROOM)
    assert await store.find_untold_rounds() == []
