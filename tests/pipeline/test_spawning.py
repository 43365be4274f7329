"""Background tasks: what they inherit, who hears of their failure, how they end."""

import asyncio
import logging
from contextvars import ContextVar

import pytest

from rooms.pipeline.spawning import TaskGroup

held: ContextVar[str] = ContextVar("held", default="nothing")


@pytest.fixture
def tasks() -> TaskGroup:
    return TaskGroup()


async def test_task_inherits_nothing_from_whoever_spawned_it(tasks: TaskGroup) -> None:
    async def look() -> str:
        return held.get()

    held.set("a lock")

    assert await tasks.spawn(look()) == "nothing"


async def test_failure_of_a_task_is_logged(
    tasks: TaskGroup, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise RuntimeError("broke")

    with caplog.at_level(logging.ERROR, logger="roomkit.core.tasks"):
        task = tasks.spawn(fail())
        await asyncio.wait([task])
        await tasks.close(timeout=1)

    [record] = caplog.records
    assert record.exc_info is not None
    assert "broke" in str(record.exc_info[1])


async def test_closing_waits_for_tasks_and_for_what_they_spawn(tasks: TaskGroup) -> None:
    done: list[str] = []

    async def child() -> None:
        await asyncio.sleep(0)
        done.append("child")

    async def parent() -> None:
        await asyncio.sleep(0)
        tasks.spawn(child())
        done.append("parent")

    tasks.spawn(parent())

    await tasks.close(timeout=5)

    assert done == ["parent", "child"]


async def test_closing_cuts_off_what_takes_too_long(tasks: TaskGroup) -> None:
    task = tasks.spawn(asyncio.Event().wait())

    await tasks.close(timeout=0.01)

    assert task.cancelled()


async def test_closing_with_nothing_to_do_is_done_at_once(tasks: TaskGroup) -> None:
    async with asyncio.timeout(1):
        await tasks.close(timeout=60)
