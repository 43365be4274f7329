"""Turns that nobody will ever go on with do not look as if they were at work."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from channels_app.ai.backing import store_beside
from channels_app.ai.records import AgentRun, DecisionState, RunStatus
from channels_app.ai.store import AIStore
from channels_app.deciding import settle_due
from channels_app.models import AgentRun as RunRow
from channels_app.stores.agents.abandoned import PATIENCE
from channels_app.testing.ai_values import AGENT, ROOM, make_approval, make_run
from rooms import RoomKit
from rooms.assembly import Sharing
from rooms.domain.frozen import utc_now
from rooms.domain.job import DeliveryState
from rooms.models import Delivery
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_event, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

LONG_AGO = utc_now() - PATIENCE - timedelta(minutes=1)


@pytest.fixture
async def rooms() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    await made.create_room(make_room(ROOM))
    yield made
    await made.close()


@pytest.fixture
def store(rooms: OrmStore) -> AIStore:
    return store_beside(rooms)


@pytest.fixture
def kit(rooms: OrmStore) -> RoomKit:
    """A kit that leaves jobs to others, so that they can be looked at."""
    return RoomKit(rooms, sharing=Sharing(dispatch=Dispatch(runs_here=False)))


@pytest.fixture
async def run(rooms: OrmStore, store: AIStore) -> AgentRun:
    """A turn that began long ago, and its job."""
    unit = make_unit(make_event(), room_id=ROOM, sends_to=(AGENT,))
    [committed] = await rooms.commit([unit])
    begun = make_run(
        event_id=committed.events[0].id, delivery_id=committed.jobs[0].id, started_at=LONG_AGO
    )
    opened, _ = await store.runs.open_run(begun)
    return opened


async def put_job(rooms: OrmStore, state: DeliveryState, **columns: Any) -> None:
    """Let the job of the turn stand like this."""
    await rooms.threads.run(Delivery.objects.update, state=state.value, **columns)


async def row_of(rooms: OrmStore, run: AgentRun) -> RunRow:
    return await rooms.threads.run(RunRow.objects.get, pk=run.id)


@pytest.mark.parametrize(
    ("state", "code", "ended"),
    [
        (DeliveryState.SENT, None, (RunStatus.COMPLETED, "completed")),
        (DeliveryState.DISCARDED, "taken_over", (RunStatus.CANCELLED, "taken_over")),
        (DeliveryState.DISCARDED, "superseded", (RunStatus.CANCELLED, "superseded")),
        (DeliveryState.DISCARDED, "ai_paused", (RunStatus.CANCELLED, "cancelled")),
        (DeliveryState.FAILED, "boom", (RunStatus.FAILED, "error")),
        (DeliveryState.UNKNOWN, None, (RunStatus.FAILED, "error")),
    ],
)
async def test_turn_whose_job_is_over_is_over(
    kit: RoomKit,
    rooms: OrmStore,
    run: AgentRun,
    state: DeliveryState,
    code: str | None,
    ended: tuple[RunStatus, str],
) -> None:
    await put_job(rooms, state, error_code=code)

    await settle_due(kit)

    row = await row_of(rooms, run)
    assert (row.status, row.end_reason) == ended
    assert row.ended_at is not None


async def test_turn_whose_job_is_gone_is_over(kit: RoomKit, rooms: OrmStore, run: AgentRun) -> None:
    await rooms.threads.run(Delivery.objects.all().delete)

    await settle_due(kit)

    assert (await row_of(rooms, run)).status == RunStatus.CANCELLED


@pytest.mark.parametrize(
    "state",
    [
        DeliveryState.PENDING,
        DeliveryState.SENDING,
        DeliveryState.WAITING,
        DeliveryState.PARKED,  # it waits for people
    ],
)
async def test_turn_that_somebody_may_go_on_with_is_left_alone(
    kit: RoomKit, rooms: OrmStore, run: AgentRun, state: DeliveryState
) -> None:
    await put_job(rooms, state)

    await settle_due(kit)

    assert (await row_of(rooms, run)).status == RunStatus.RUNNING


async def test_turn_that_has_just_begun_may_write_its_own_end(
    kit: RoomKit, rooms: OrmStore, run: AgentRun
) -> None:
    await put_job(rooms, DeliveryState.DISCARDED)
    await rooms.threads.run(RunRow.objects.update, started_at=utc_now())

    await settle_due(kit)

    assert (await row_of(rooms, run)).status == RunStatus.RUNNING


async def test_nobody_is_asked_any_more_for_a_turn_that_is_over(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun
) -> None:
    asked = make_approval(run)
    await store.approvals.add([asked])
    await store.runs.put_steps(run.model_copy(update={"status": RunStatus.WAITING}), [])
    await put_job(rooms, DeliveryState.DISCARDED, error_code="taken_over")

    await settle_due(kit)

    withdrawn = await store.approvals.get(asked.id)
    assert withdrawn is not None
    assert withdrawn.state is DecisionState.WITHDRAWN
    assert await settle_due(kit) == 0


async def test_process_that_comes_back_has_the_last_word(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun
) -> None:
    await put_job(rooms, DeliveryState.UNKNOWN)
    await settle_due(kit)

    ended = run.model_copy(update={"status": RunStatus.COMPLETED, "end_reason": "completed"})
    await store.runs.put_steps(ended, [])

    assert (await row_of(rooms, run)).end_reason == "completed"
