"""Several workers on one database: every job has one owner, and so has every lane."""

import asyncio
from itertools import chain

import pytest

from rooms.domain.job import DeliveryState
from rooms.stores.orm import OrmStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

LANES = tuple(f"ch-{number}" for number in range(10))


async def test_workers_that_sweep_at_once_never_share_a_lane() -> None:
    stores = {name: OrmStore() for name in ("a", "b", "c")}
    await stores["a"].create_room(make_room())
    await stores["a"].commit([make_unit(*(make_event() for _ in range(5)), sends_to=LANES)])
    taken = await asyncio.gather(
        *(store.lease_deliveries(name, seconds=60, limit=17) for name, store in stores.items())
    )
    listed = await stores["a"].list_deliveries(ROOM)
    for store in stores.values():
        await store.close()
    jobs = list(chain.from_iterable(taken))
    assert sorted(job.id for job in jobs) == sorted(job.id for job in listed if job.lease_owner)
    # As many pairs as lanes: each lane went to one of the workers.
    pairs = {(job.channel_id, job.lease_owner) for job in jobs}
    assert len(pairs) == len({job.channel_id for job in jobs})


async def test_many_outcomes_are_written_together() -> None:
    store = OrmStore()
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), sends_to=LANES)])
    finishes = [
        make_finish(job, DeliveryState.SENT, provider_message_id=f"pm-{job.channel_id}")
        for job in committed.jobs
    ]
    await store.finish_deliveries(finishes)
    jobs = await store.list_deliveries(ROOM)
    await store.close()
    assert [job.provider_message_id for job in jobs] == [f"pm-{lane}" for lane in LANES]
