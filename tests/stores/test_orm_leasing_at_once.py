"""Jobs that somebody is changing at the moment when another asks for their lane.

On SQLite there is one writer at a time, so nothing of this can happen there.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from itertools import chain
from threading import Event

import pytest
from django.db import connection, transaction

from rooms import models
from rooms.domain.commit import EventWrite, PlannedDelivery
from rooms.domain.enums import LaneScope
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.services.deliveries import Lanes, lease_deliveries
from rooms.stores.orm import OrmStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

HOUR = 3600.0
LANES = tuple(f"ch-{number}" for number in range(4))


class Taker:
    """A worker that takes jobs in one of the two forms."""

    def __init__(self, store: OrmStore, name: str, *, portable: bool) -> None:
        self._store = store
        self._name = name
        self._portable = portable

    async def take(
        self, lanes: Collection[tuple[str, str]] | None = None, *, limit: int = 100
    ) -> list[DeliveryJob]:
        """Take what is free."""
        rows = await self._store.threads.run(
            lease_deliveries,
            owner=self._name,
            seconds=HOUR,
            limit=limit,
            lanes=Lanes(LaneScope.BINDING, lanes),
            portable=self._portable,
        )
        return [row.to_domain() for row in rows]


@pytest.fixture(autouse=True)
def row_locks_only() -> None:
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("one writer at a time")


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    yield made
    await made.close()


@pytest.fixture(params=[False, True], ids=["own form", "portable"])
def portable(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


async def fill(store: OrmStore, events: int, *lanes: str) -> list[DeliveryJob]:
    await store.create_room(make_room())
    unit = make_unit(*(make_event() for _ in range(events)), sends_to=lanes)
    [committed] = await store.commit([unit])
    return list(committed.jobs)


@asynccontextmanager
async def locked(store: OrmStore, job: DeliveryJob) -> AsyncIterator[None]:
    """Hold a job's row in a transaction of another connection."""
    has_lock, may_end = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            models.Delivery.objects.select_for_update().get(pk=job.id)
            has_lock.set()
            may_end.wait()

    holding = asyncio.create_task(store.threads.run(hold))
    await asyncio.to_thread(has_lock.wait)
    try:
        yield
    finally:
        may_end.set()
        await holding


async def test_what_is_behind_a_locked_job_is_left_out(store: OrmStore, portable: bool) -> None:
    head, *_ = await fill(store, 2, "ch-1", "ch-2")
    taker = Taker(store, "a", portable=portable)
    async with locked(store, head):
        while_locked = await taker.take()
    afterwards = await taker.take()
    assert [(job.channel_id, job.event_index) for job in while_locked] == [("ch-2", 0), ("ch-2", 1)]
    assert [(job.channel_id, job.event_index) for job in afterwards] == [("ch-1", 0), ("ch-1", 1)]


async def ask(store: OrmStore, *states: DeliveryState) -> list[DeliveryJob]:
    """Return questions to the agent `bot`, each in a state."""
    await store.create_room(make_room())
    asked = PlannedDelivery(channel_id="bot", kind=DeliveryKind.REACT)
    writes = tuple(EventWrite(event=make_event(), deliveries=(asked,)) for _ in states)
    [committed] = await store.commit([make_unit(events=writes)])
    jobs = list(committed.jobs)
    await store.finish_deliveries(
        [make_finish(job, state) for job, state in zip(jobs, states, strict=True)]
    )
    return jobs


async def test_opened_turn_waits_for_a_later_one_that_is_being_taken(store: OrmStore) -> None:
    one, two = await ask(store, DeliveryState.PARKED, DeliveryState.WAITING)
    await store.open_parked(ROOM, one.event_id, "bot")
    taker = Taker(store, "a", portable=False)
    async with locked(store, two):
        while_locked = await taker.take()
    afterwards = await taker.take()
    assert while_locked == []
    assert [job.id for job in afterwards] == [one.id, two.id]


async def test_turn_that_must_wait_leaves_the_limit_to_others(
    store: OrmStore, portable: bool
) -> None:
    one, _ = await ask(store, DeliveryState.PARKED, DeliveryState.WAITING)
    await Taker(store, "there", portable=portable).take()
    await store.open_parked(ROOM, one.event_id, "bot")
    await store.commit([make_unit(make_event(), sends_to=("ch-1",))])
    [taken] = await Taker(store, "here", portable=portable).take(limit=1)
    assert taken.channel_id == "ch-1"


async def test_an_owners_own_locked_job_stands_in_nobodys_way(
    store: OrmStore, portable: bool
) -> None:
    await fill(store, 3, "ch-1")
    taker = Taker(store, "a", portable=portable)
    [head] = await taker.take(limit=1)
    async with locked(store, head):
        taken = await taker.take([(ROOM, "ch-1")])
    assert [job.event_index for job in taken] == [1, 2]


async def test_takers_at_once_keep_every_lane_in_order(store: OrmStore, portable: bool) -> None:
    jobs = await fill(store, 12, *LANES)
    begun: defaultdict[str, list[int]] = defaultdict(list)

    async def work(taker: Taker) -> None:
        while len(list(chain.from_iterable(begun.values()))) < len(jobs):
            taken = await taker.take(limit=5)
            for job in taken:
                begun[job.channel_id].append(job.event_index)
            await store.finish_deliveries([make_finish(job, DeliveryState.SENT) for job in taken])

    await asyncio.gather(*(work(Taker(store, name, portable=portable)) for name in "abcd"))
    assert begun == {lane: list(range(12)) for lane in LANES}
