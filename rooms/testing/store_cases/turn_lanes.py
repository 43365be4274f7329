"""The rows of agents' turns: the last of a lane, those that are parked, what is not said yet."""

import asyncio

import pytest

from rooms.domain.job import DeliveryJob, DeliveryState, Unsaid
from rooms.stores.base import ConversationStore
from rooms.testing.factories import (
    ROOM,
    make_event,
    make_finish,
    make_observation,
    make_room,
    make_task,
    make_unit,
)

HOUR = 3600.0
RUN_OUT = -60.0


async def _asked(store: ConversationStore, count: int = 1) -> list[DeliveryJob]:
    """Return the jobs of the channel `bot` in a new room, one for each event."""
    await store.create_room(make_room())
    jobs = []
    for _ in range(count):
        [committed] = await store.commit([make_unit(make_event(), sends_to=("bot", "phone"))])
        jobs += [job for job in committed.jobs if job.channel_id == "bot"]
    return jobs


async def _parked(store: ConversationStore) -> DeliveryJob:
    [job] = await _asked(store)
    await store.finish_deliveries([make_finish(job, DeliveryState.PARKED)])
    return job


async def test_lane_is_listed_from_its_end_whatever_became_of_its_jobs(
    store: ConversationStore,
) -> None:
    one, two, three = await _asked(store, 3)
    await store.finish_deliveries([make_finish(two, DeliveryState.DISCARDED)])
    listed = await store.list_lane(ROOM, "bot")
    assert [job.id for job in listed] == [three.id, two.id, one.id]
    assert listed[1].state is DeliveryState.DISCARDED


async def test_of_a_long_lane_the_last_are_listed(store: ConversationStore) -> None:
    jobs = await _asked(store, 3)
    assert [job.id for job in await store.list_lane(ROOM, "bot", limit=1)] == [jobs[-1].id]
    assert await store.list_lane(ROOM, "unknown") == []


async def test_parked_job_is_taken_by_nobody_and_lets_others_pass(
    store: ConversationStore,
) -> None:
    one, two = await _asked(store, 2)
    await store.finish_deliveries([make_finish(one, DeliveryState.PARKED)])
    taken = await store.lease_deliveries("node", seconds=HOUR, lanes=[(ROOM, "bot")])
    assert [job.id for job in taken] == [two.id]


async def test_parked_job_stays_as_it_is(store: ConversationStore) -> None:
    job = await _parked(store)
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    [stored] = await store.list_lane(ROOM, "bot")
    assert (stored.state, stored.lease_owner) == (DeliveryState.PARKED, "")


async def test_job_is_parked_in_the_commit_of_what_was_said(store: ConversationStore) -> None:
    [job] = await _asked(store)
    said = make_unit(make_event())
    unit = said.model_copy(update={"finishes": (make_finish(job, DeliveryState.PARKED),)})
    await store.commit([unit])
    assert (await store.list_lane(ROOM, "bot"))[-1].state is DeliveryState.PARKED


async def test_opened_job_is_the_first_of_its_lane(store: ConversationStore) -> None:
    one, two = await _asked(store, 2)
    await store.finish_deliveries([make_finish(one, DeliveryState.PARKED)])
    opened = await store.open_parked(ROOM, one.event_id, "bot")
    assert opened is not None
    assert (opened.id, opened.state, opened.attempts) == (one.id, DeliveryState.PENDING, 1)
    taken = await store.lease_deliveries("node", seconds=HOUR, lanes=[(ROOM, "bot")])
    assert [job.id for job in taken] == [one.id, two.id]


async def test_of_several_who_open_a_job_one_does(store: ConversationStore) -> None:
    job = await _parked(store)
    opened = await asyncio.gather(*(store.open_parked(ROOM, job.event_id, "bot") for _ in range(4)))
    assert sum(each is not None for each in opened) == 1


@pytest.mark.parametrize("state", [state for state in DeliveryState if state.value != "parked"])
async def test_only_what_is_parked_is_opened(
    store: ConversationStore, state: DeliveryState
) -> None:
    [job] = await _asked(store)
    await store.finish_deliveries([make_finish(job, state)])
    [before] = await store.list_lane(ROOM, "bot")
    assert await store.open_parked(ROOM, job.event_id, "bot") is None
    assert await store.list_lane(ROOM, "bot") == [before]


async def test_what_is_not_there_is_not_opened(store: ConversationStore) -> None:
    job = await _parked(store)
    assert await store.open_parked("other", job.event_id, "bot") is None
    assert await store.open_parked(ROOM, "other", "bot") is None
    assert await store.open_parked(ROOM, job.event_id, "phone") is None


# -- answers in several pieces


UNSAID = Unsaid(
    events=(make_event("One."), make_event("Two.\N{SPARKLES}")),
    segment=2,
    tasks=(make_task(),),
    observations=(make_observation(),),
    metadata_patch={"mood": "calm"},
    ends_as=DeliveryState.PARKED,
)


async def test_unsaid_answer_is_kept_for_whoever_takes_the_job_next(
    store: ConversationStore,
) -> None:
    await _asked(store)
    [job] = await store.lease_deliveries("here", seconds=RUN_OUT, lanes=[(ROOM, "bot")])
    assert await store.keep_unsaid(job.id, UNSAID, lease_owner="here")
    await store.finish_deliveries([make_finish(job, DeliveryState.SENDING)])
    [taken] = await store.lease_deliveries("there", seconds=HOUR, lanes=[(ROOM, "bot")])
    assert taken.unsaid == UNSAID


async def test_unsaid_answer_goes_with_the_end_of_its_job(store: ConversationStore) -> None:
    await _asked(store)
    [job] = await store.lease_deliveries("here", seconds=HOUR, lanes=[(ROOM, "bot")])
    await store.keep_unsaid(job.id, UNSAID, lease_owner="here")
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    [ended] = await store.list_lane(ROOM, "bot")
    assert ended.unsaid is None


async def test_unsaid_answer_of_a_job_that_another_has_is_not_kept(
    store: ConversationStore,
) -> None:
    [job] = await _asked(store)
    await store.lease_deliveries("there", seconds=HOUR)
    assert not await store.keep_unsaid(job.id, UNSAID, lease_owner="here")
    await store.finish_deliveries([make_finish(job, DeliveryState.SENT)])
    assert not await store.keep_unsaid(job.id, UNSAID, lease_owner="there")
    assert not await store.keep_unsaid("nothing", UNSAID, lease_owner="here")
    [stored] = await store.list_lane(ROOM, "bot")
    assert stored.unsaid is None
