"""Tasks that have a key: asked for again, by whomever, they are the tasks that were begun."""

import asyncio
from typing import Any

import pytest

from hooks.results import TaskStatus
from rooms import RoomKit
from rooms.assembly import Sharing
from rooms.delegated.records import DelegatedTaskResult, child_room_id, named_task_id
from rooms.domain.errors import RoomAlreadyExistsError
from rooms.realtime import LocalBus
from tests.ai.tasks.desk import ROOM, Desk
from tests.kit_fixtures import MakeKit

KEY = "question-1:draft"


@pytest.fixture
def sharing() -> Sharing:
    """What the processes have in common."""
    return Sharing(bus=LocalBus())


@pytest.fixture
def kit(make_kit: MakeKit, sharing: Sharing) -> RoomKit:
    return make_kit(sharing=sharing)


@pytest.fixture
def there(make_kit: MakeKit, sharing: Sharing) -> Desk:
    """Another process on the same store."""
    desk = Desk(make_kit(sharing=sharing))
    desk.register()
    return desk


async def test_task_is_done_once_however_often_it_is_delegated(desk: Desk) -> None:
    first = await desk.delegate(idempotency_key=KEY)
    second = await desk.delegate(idempotency_key=KEY)
    results = await asyncio.gather(first.wait(5), second.wait(5))

    assert (first.was_there, second.was_there) == (False, True)
    assert first.id == second.id == named_task_id(ROOM, KEY)
    assert [result.output for result in results] == ["42", "42"]
    assert len(desk.worker.asked) == 1
    assert len(await desk.records("task_delegated")) == 1


async def test_task_that_has_ended_has_its_result_at_once(desk: Desk, there: Desk) -> None:
    await (await desk.delegate(idempotency_key=KEY)).wait(5)
    results: list[DelegatedTaskResult] = []

    task = await there.delegate(idempotency_key=KEY, on_complete=results.append)

    assert task.result is not None
    assert (task.result.status, task.result.output) == (TaskStatus.COMPLETED, "42")
    assert results == [task.result]
    assert there.worker.asked == []


async def test_task_of_another_process_is_waited_for(
    desk: Desk, make_kit: MakeKit, sharing: Sharing
) -> None:
    gate = asyncio.Event()

    async def count(*_: Any) -> str:
        await gate.wait()
        return "43"

    busy = Desk(make_kit(sharing=sharing), count)
    busy.register()
    await busy.delegate(idempotency_key=KEY)

    task = await desk.delegate(idempotency_key=KEY)
    waiting = asyncio.ensure_future(task.wait(5))
    gate.set()

    assert (await waiting).output == "43"
    assert desk.worker.asked == []


async def test_of_several_who_begin_a_task_at_once_one_does(desk: Desk, there: Desk) -> None:
    tasks = await asyncio.gather(
        *(each.delegate(idempotency_key=KEY) for each in (desk, there, desk, there))
    )
    await asyncio.gather(*(task.wait(5) for task in tasks))

    assert len({task.id for task in tasks}) == 1
    assert len(desk.worker.asked) + len(there.worker.asked) == 1


async def test_key_names_a_task_in_its_room(desk: Desk) -> None:
    await desk.kit.create_room("other")
    tasks = [
        await desk.delegate(idempotency_key=KEY),
        await desk.delegate(idempotency_key="question-2:draft"),
        await desk.kit.delegate("other", "worker", "count", idempotency_key=KEY),
    ]
    await desk.kit.pipeline.drain(timeout=5)

    assert len({task.id for task in tasks}) == 3
    assert len(desk.worker.asked) == 3


async def test_task_whose_process_died_before_it_was_kept_goes_on_in_its_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(type(desk.kit.delegation.runner), "submit", _die)
        with pytest.raises(ConnectionError):
            await desk.delegate(idempotency_key=KEY, share_channels=["person"])

    task = await desk.delegate(idempotency_key=KEY, share_channels=["person"])

    assert (await task.wait(5)).output == "42"
    assert set(await desk.bindings(task.child_room_id)) == {"worker", "person"}
    assert len(await desk.records("task_delegated")) == 1


async def _die(*_: Any, **options: Any) -> None:
    raise ConnectionError("the process dies here")


async def test_room_of_somebody_else_is_not_taken_for_the_task_s(desk: Desk, kit: RoomKit) -> None:
    await kit.create_room(child_room_id(ROOM, named_task_id(ROOM, KEY)))

    with pytest.raises(RoomAlreadyExistsError):
        await desk.delegate(idempotency_key=KEY)
