"""A room is deleted while its lanes are worked off: nobody waits for anybody who waits for them.

On SQLite there is one writer at a time, so nothing of this can happen there.
"""

import asyncio
from collections.abc import AsyncIterator
from threading import Event

import pytest
from django.db import connection, transaction

from rooms import models
from rooms.domain.job import DeliveryState
from rooms.services.deliveries import finish_deliveries
from rooms.stores.orm import OrmStore
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit
from rooms.testing.lock_suite import PATIENCE_S
from rooms.testing.shared_state_suite import eventually
from tests.stores.waiting import is_somebody_waiting

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]


@pytest.fixture(autouse=True)
def row_locks_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time")


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    yield made
    await made.close()


def turn_around() -> None:
    """Let the rows lie in the table against the order of their ids."""
    rows = list(models.Delivery.objects.order_by("-pk"))
    models.Delivery.objects.all().delete()
    for row in rows:
        row.save(force_insert=True)


async def test_deletion_waits_for_a_lane_that_is_writing_and_not_the_other_way_round(
    store: OrmStore,
) -> None:
    await store.create_room(make_room())
    [committed] = await store.commit([make_unit(make_event(), sends_to=("ch-1", "ch-2"))])
    await store.threads.run(turn_around)
    ends = [make_finish(job, DeliveryState.SENT) for job in committed.jobs]
    first, last = sorted(ends, key=lambda finish: finish.id)
    has_begun, may_go_on = Event(), Event()

    def work() -> None:
        with transaction.atomic():
            finish_deliveries(finishes=[first])
            has_begun.set()
            may_go_on.wait(PATIENCE_S)
            finish_deliveries(finishes=[last])

    async def is_waiting() -> bool:
        return await store.threads.run(is_somebody_waiting)

    working = asyncio.create_task(store.threads.run(work))
    await asyncio.to_thread(has_begun.wait)
    deleting = asyncio.create_task(store.delete_room(ROOM))
    await eventually(is_waiting)
    may_go_on.set()
    await working
    assert await deleting
    assert await store.get_room(ROOM) is None
