"""A turn is opened again while a later question of its room is being committed.

On SQLite there is one writer at a time, so nothing of this can happen there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from threading import Event

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from rooms.domain.commit import CommitUnit, EventWrite, PlannedDelivery
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.services.deliveries import retry_deliveries
from rooms.stores.orm import OrmStore
from rooms.stores.orm.commit_postgresql import commit_adding_units
from rooms.testing.factories import ROOM, make_event, make_finish, make_room, make_unit
from rooms.testing.lock_suite import PATIENCE_S
from rooms.testing.shared_state_suite import eventually
from tests.stores.waiting import is_somebody_waiting

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

HOUR = 3600.0
Open = Callable[[OrmStore, DeliveryJob], Coroutine[None, None, object]]


@pytest.fixture(autouse=True)
def row_locks_only() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time")


@pytest.fixture
async def store() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    yield made
    await made.close()


async def open_parked(store: OrmStore, job: DeliveryJob) -> object:
    """Go on with a turn that waited for people."""
    return await store.open_parked(ROOM, job.event_id, "bot")


async def retry(store: OrmStore, job: DeliveryJob) -> object:
    """Take a turn that failed once more, as a person asks for."""

    def ask_for_it() -> object:
        ada = get_user_model().objects.create_user("ada")
        return retry_deliveries(delivery_ids=[job.id], actor=ada)

    return await store.threads.run(ask_for_it)


def question(owner: str) -> CommitUnit:
    """Make the commit of a question to the agent `bot`, which `owner` asks."""
    planned = PlannedDelivery(channel_id="bot", kind=DeliveryKind.REACT)
    write = EventWrite(event=make_event(), deliveries=(planned,))
    return make_unit(events=(write,), lease_owner=owner)


@pytest.mark.parametrize(
    ("ended_as", "opens"),
    [(DeliveryState.PARKED, open_parked), (DeliveryState.FAILED, retry)],
    ids=["parked", "failed"],
)
async def test_turn_is_opened_only_when_the_later_question_can_be_seen(
    store: OrmStore, ended_as: DeliveryState, opens: Open
) -> None:
    await store.create_room(make_room())
    [[one]] = [committed.jobs for committed in await store.commit([question("here")])]
    await store.finish_deliveries([make_finish(one, ended_as)])
    has_begun, may_end = Event(), Event()

    def ask_slowly() -> None:
        with transaction.atomic():
            commit_adding_units([question("there")])
            has_begun.set()
            may_end.wait(PATIENCE_S)

    async def is_waiting() -> bool:
        return await store.threads.run(is_somebody_waiting)

    committing = asyncio.create_task(store.threads.run(ask_slowly))
    await asyncio.to_thread(has_begun.wait)
    opening = asyncio.create_task(opens(store, one))
    await eventually(is_waiting)
    may_end.set()
    await committing
    assert await opening

    assert await store.lease_deliveries("here", seconds=HOUR) == []
    assert [job.id for job in await store.lease_deliveries("there", seconds=HOUR)] == [one.id]
