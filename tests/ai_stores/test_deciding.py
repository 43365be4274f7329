"""Turns that waited for people go on once everything is decided, or nobody decides in time."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from channels_app.ai.backing import store_beside
from channels_app.ai.records import AgentRun, DecisionState, RunStatus, ToolApproval
from channels_app.ai.store import AIStore
from channels_app.deciding import CHORE, NOBODY_ANSWERED, settle_due, wake
from channels_app.models import ToolApproval as ApprovalRow
from channels_app.stores.agents.untold import PATIENCE, UntoldDecisions
from channels_app.testing.ai_values import AGENT, ROOM, make_approval, make_run
from rooms import RoomKit, runtime
from rooms.assembly import Sharing
from rooms.chores import get_chore
from rooms.domain.frozen import utc_now
from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.models import Delivery
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_event, make_finish, make_room, make_unit

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]


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
    """A turn that waits for people, and its parked job."""
    unit = make_unit(make_event(), room_id=ROOM, sends_to=(AGENT,))
    [committed] = await rooms.commit([unit])
    [job] = committed.jobs
    begun, _ = await store.runs.open_run(make_run(event_id=committed.events[0].id))
    waiting = begun.model_copy(update={"status": RunStatus.WAITING})
    await store.runs.put_steps(waiting, [])
    await rooms.finish_deliveries([make_finish(job, DeliveryState.PARKED)])
    return waiting


async def ask(store: AIStore, run: AgentRun, seq: int = 0, **fields: Any) -> ToolApproval:
    approval = make_approval(run, seq, **fields)
    await store.approvals.add([approval])
    return approval


async def state_of_job(rooms: OrmStore, run: AgentRun) -> DeliveryState:
    [job] = await rooms.list_deliveries(ROOM, event_id=run.event_id)
    return job.state


async def test_a_decision_lets_the_turn_go_on_once(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun
) -> None:
    asked = await ask(store, run)
    assert await settle_due(kit) == 0
    assert await state_of_job(rooms, run) is DeliveryState.PARKED

    await store.approvals.decide(asked.id, DecisionState.APPROVED)

    assert [await settle_due(kit), await settle_due(kit)] == [1, 0]
    assert await state_of_job(rooms, run) is DeliveryState.PENDING


async def test_a_turn_waits_for_the_last_decision(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun
) -> None:
    first, last = await ask(store, run, 0), await ask(store, run, 1)

    await store.approvals.decide(first.id, DecisionState.APPROVED)
    assert await settle_due(kit) == 0
    await store.approvals.decide(last.id, DecisionState.REJECTED)

    assert await settle_due(kit) == 1


async def test_what_nobody_decided_in_time_is_over_and_the_turn_goes_on(
    kit: RoomKit, store: AIStore, run: AgentRun
) -> None:
    asked = await ask(store, run, expires_at=utc_now() - timedelta(seconds=1))

    assert await settle_due(kit) == 1

    ended = await store.approvals.get(asked.id)
    assert ended is not None
    assert (ended.state, ended.reason, ended.decided_by) == (
        DecisionState.TIMED_OUT,
        NOBODY_ANSWERED,
        "",
    )


async def test_a_decision_that_was_quicker_than_the_parking_is_not_lost(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun
) -> None:
    asked = await ask(store, run)
    await store.approvals.decide(asked.id, DecisionState.APPROVED)
    await rooms.threads.run(Delivery.objects.update, state=DeliveryState.SENDING.value)
    assert await settle_due(kit) == 0

    await rooms.threads.run(Delivery.objects.update, state=DeliveryState.PARKED.value)

    assert await settle_due(kit) == 1


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        (RunStatus.RUNNING, True),  # it comes to its end by itself, and may wait then
        (RunStatus.CANCELLED, False),
    ],
)
async def test_a_turn_that_does_not_wait_is_left_alone(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun, status: RunStatus, waits: bool
) -> None:
    asked = await ask(store, run)
    await store.approvals.decide(asked.id, DecisionState.APPROVED)
    await store.runs.put_steps(run.model_copy(update={"status": status}), [])

    assert await settle_due(kit) == 0

    assert await state_of_job(rooms, run) is DeliveryState.PARKED
    assert bool(await UntoldDecisions(rooms.threads).list()) is waits


async def test_a_turn_whose_job_is_gone_is_given_up_some_day(
    kit: RoomKit, rooms: OrmStore, store: AIStore, run: AgentRun
) -> None:
    asked = await ask(store, run)
    await store.approvals.decide(asked.id, DecisionState.APPROVED)
    await rooms.threads.run(Delivery.objects.update, state=DeliveryState.DISCARDED.value)
    await settle_due(kit)
    assert await UntoldDecisions(rooms.threads).list() != []

    long_ago = utc_now() - PATIENCE
    await rooms.threads.run(ApprovalRow.objects.update, decided_at=long_ago)
    await settle_due(kit)

    assert await UntoldDecisions(rooms.threads).list() == []


async def test_rooms_in_memory_have_nothing_to_settle() -> None:
    assert await settle_due(RoomKit(InMemoryStore())) == 0


class Waker:
    """Notes which chores somebody is woken for."""

    def __init__(self) -> None:
        self.chores: list[str] = []

    def wake(self, jobs: Sequence[DeliveryJob]) -> None:
        """Wake nobody."""

    def wake_chore(self, name: str) -> None:
        """Note it."""
        self.chores.append(name)

    async def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize("waker", [Waker(), None], ids=["with Celery", "without"])
def test_a_worker_is_woken_where_workers_can_be(
    waker: Waker | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch = Dispatch(runs_here=waker is None, is_shared=True, waker=waker)
    kit = RoomKit(InMemoryStore(), sharing=Sharing(dispatch=dispatch))
    monkeypatch.setattr(runtime, "_kit", kit)

    wake()

    assert waker is None or waker.chores == [CHORE]
    assert get_chore(CHORE) is settle_due
