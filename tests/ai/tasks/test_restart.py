"""Tasks outlive the processes that delegate, answer and tell: each ends once, and is told once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from channels_app.models import DelegatedTask as Row
from channels_app.stores.delegated_tasks import CHORE
from hooks import HookTrigger
from hooks.results import TaskStatus
from rooms import RoomKit
from rooms.assembly import Sharing
from rooms.chores import get_chore
from rooms.delegated.records import DelegatedTaskResult, TaskEnd, TaskRecord, child_room_id
from rooms.delegated.rows import DelegatedTasks, tasks_beside
from rooms.delegated.strategies import ImmediateDelivery
from rooms.domain.frozen import new_id, utc_now
from rooms.pipeline.dispatch import Dispatch
from rooms.realtime import Bus, LocalBus
from rooms.stores.orm import OrmStore
from rooms.testing.clock import FakeClock
from rooms.testing.rig import bodies
from rooms.worker import Worker
from tests.ai.tasks.desk import ROOM, Desk
from tests.steps import spy

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

LATER_S = 120


class Processes:
    """Processes over one database; each has a store and channels of its own.

    Those that delegate leave the work to others. A worker's clock is ahead, so that whatever waits
    for it is due.
    """

    def __init__(self) -> None:
        self._kits: list[RoomKit] = []

    async def delegating(self, *script: Any, bus: Bus | None = None) -> Desk:
        """Start the process that opens the room and delegates."""
        sharing = Sharing(dispatch=Dispatch(runs_here=False, is_shared=True), bus=bus)
        desk = Desk(self._kit(sharing=sharing), *script)
        await desk.open()
        return desk

    def worker(self, *script: Any, bus: Bus | None = None) -> Desk:
        """Start a process that works."""
        sharing = Sharing(dispatch=Dispatch(is_shared=True), bus=bus)
        clock = FakeClock(utc_now() + timedelta(seconds=LATER_S))
        desk = Desk(self._kit(sharing=sharing, clock=clock), *script)
        desk.register()
        return desk

    def _kit(self, **options: Any) -> RoomKit:
        self._kits.append(RoomKit(OrmStore(), **options))
        return self._kits[-1]

    async def close(self) -> None:
        """End them all."""
        for kit in self._kits:
            await kit.close()


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    made = Processes()
    yield made
    await made.close()


def rows_of(desk: Desk) -> DelegatedTasks:
    return tasks_beside(desk.kit.store)


async def change_rows(desk: Desk, **columns: Any) -> None:
    store = desk.kit.store
    assert isinstance(store, OrmStore)
    await store.threads.run(Row.objects.update, **columns)


async def change_row(desk: Desk, task_id: str, **columns: Any) -> None:
    store = desk.kit.store
    assert isinstance(store, OrmStore)
    await store.threads.run(Row.objects.filter(pk=task_id).update, **columns)


async def work(desk: Desk) -> None:
    """Let a process take up what is due and do it."""
    await Worker(desk.kit).sweep()
    await desk.kit.pipeline.drain(timeout=5)


async def results_in(desk: Desk) -> list[str]:
    events = await desk.said_in()
    return [event.metadata["task_status"] for event in events if "task_id" in event.metadata]


async def test_another_process_answers_ends_and_tells_a_task(processes: Processes) -> None:
    old = await processes.delegating()
    task = await old.delegate(notify="main", delivery_strategy=ImmediateDelivery())
    assert old.worker.asked == []
    new = processes.worker()
    ended = spy(new.kit, HookTrigger.ON_TASK_COMPLETED)

    await work(new)
    await get_chore(CHORE)(new.kit)
    await work(new)

    record = await rows_of(new).get(task.id)
    assert record is not None
    assert (record.status, record.output) == (TaskStatus.COMPLETED, "42")
    assert record.told_at is not None
    assert (len(new.worker.asked), len(ended), len(new.main.asked)) == (1, 1, 1)
    assert await results_in(new) == ["completed"]


async def test_the_process_that_delegated_learns_of_the_end_by_the_bus(
    processes: Processes,
) -> None:
    bus = LocalBus()
    results: list[DelegatedTaskResult] = []
    old = await processes.delegating(bus=bus)
    task = await old.delegate(on_complete=results.append)

    await work(processes.worker(bus=bus))

    assert (await task.wait(5)).output == "42"
    assert [result.output for result in results] == ["42"]


async def test_who_waits_learns_of_the_end_without_a_bus_too(processes: Processes) -> None:
    old = await processes.delegating()
    task = await old.delegate()
    waiting = asyncio.ensure_future(task.wait(20))

    await work(processes.worker())

    assert (await waiting).output == "42"


async def test_of_several_who_see_the_end_one_ends_the_task(processes: Processes) -> None:
    old = await processes.delegating()
    task = await old.delegate(notify="main")
    workers = [processes.worker(), processes.worker(), processes.worker()]
    ended = [spy(desk.kit, HookTrigger.ON_TASK_COMPLETED) for desk in workers]

    await work(workers[0])
    await asyncio.gather(*(desk.kit.delegation.look_after() for desk in workers))

    assert sum(len(seen) for seen in ended) == 1
    assert await results_in(old) == ["completed"]
    assert (await task.wait(5)).output == "42"


async def test_a_task_whose_agent_failed_elsewhere_is_ended_by_the_chore(
    processes: Processes,
) -> None:
    old = await processes.delegating()
    task = await old.delegate(notify="main")
    new = processes.worker(RuntimeError("down"))

    await work(new)
    counts = [await new.kit.delegation.look_after(), await new.kit.delegation.look_after()]

    assert counts == [1, 0]
    assert (await task.wait(5)).error == "the agent failed (RuntimeError)"
    assert await results_in(new) == ["failed"]


async def test_a_task_that_runs_too_long_is_ended_after_a_restart(processes: Processes) -> None:
    old = await processes.delegating()
    task = await old.delegate(timeout=LATER_S / 2)
    new = processes.worker()

    assert await new.kit.delegation.look_after() == 1
    await work(new)

    assert (await task.wait(5)).error == f"no answer within {LATER_S // 2} s"
    assert bodies(await new.said_in(task.child_room_id))[:1] == ["count"]
    assert "42" not in bodies(await new.said_in(task.child_room_id))


async def test_an_end_that_nobody_told_is_told_once(processes: Processes) -> None:
    old = await processes.delegating()
    task = await old.delegate(notify="main")
    end, now = TaskEnd(status=TaskStatus.COMPLETED, output="42"), utc_now()
    await rows_of(old).end(task.id, end, at=now, look_at=now)
    workers = [processes.worker(), processes.worker()]

    counts = await asyncio.gather(*(desk.kit.delegation.look_after() for desk in workers))

    assert sorted(counts) == [0, 1]
    assert await results_in(old) == ["completed"]


async def test_an_end_that_was_told_but_not_noted_is_not_told_twice(processes: Processes) -> None:
    old = await processes.delegating()
    await old.delegate(notify="main", delivery_strategy=ImmediateDelivery())
    new = processes.worker()
    await work(new)
    await new.kit.delegation.look_after()
    await change_rows(new, told_at=None, look_at=utc_now())

    assert await new.kit.delegation.look_after() == 1
    await work(new)

    assert await results_in(new) == ["completed"]
    assert len(new.main.asked) == 1
    assert len(await new.records("task_completed")) == 1


async def test_a_task_whose_process_died_before_it_asked_is_asked_once(
    processes: Processes,
) -> None:
    old = await processes.delegating()
    task_id = new_id()
    child = child_room_id(ROOM, task_id)
    await old.kit.create_room(child)
    await old.kit.attach_channel(child, "worker")
    record = TaskRecord(
        id=task_id, parent_room_id=ROOM, child_room_id=child, agent_id="worker", task="count"
    )
    await rows_of(old).add(record)
    new = processes.worker()

    await asyncio.gather(*(desk.kit.delegation.look_after() for desk in (new, new)))
    await work(new)
    await change_rows(new, look_at=utc_now())
    await new.kit.delegation.look_after()

    assert bodies([asked.event for asked in new.worker.asked]) == ["count"]
    ended = await rows_of(new).get(task_id)
    assert ended is not None
    assert ended.output == "42"


async def test_a_task_whose_room_is_gone_has_failed_and_holds_up_no_other(
    processes: Processes,
) -> None:
    old = await processes.delegating()
    lost, asked = await old.delegate(), await old.delegate()
    await old.kit.delete_room(lost.child_room_id)
    await old.kit.delete_room(asked.child_room_id)
    await change_row(old, asked.id, status=TaskStatus.PENDING.value)
    done = await old.delegate()
    new = processes.worker()
    await work(new)

    await new.kit.delegation.look_after()

    ends = [await rows_of(new).get(task.id) for task in (lost, asked, done)]
    assert [(end.status, end.error) for end in ends if end] == [
        (TaskStatus.FAILED, "the room of the task is gone"),
        (TaskStatus.FAILED, "the room of the task is gone"),
        (TaskStatus.COMPLETED, None),
    ]


async def test_tasks_are_erased_with_the_room_they_were_delegated_from(
    processes: Processes,
) -> None:
    old = await processes.delegating()
    task = await old.delegate()

    await old.kit.delete_room(ROOM)

    assert await rows_of(old).get(task.id) is None
