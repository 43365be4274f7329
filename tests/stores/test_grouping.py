"""Items that wait at the same time run together; one that fails, fails alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from threading import Event

import pytest
from django.db import OperationalError

from rooms.domain.errors import StoreUnavailableError
from rooms.stores.orm.executor import DatabaseThreads
from rooms.stores.orm.grouping import MOST_TOGETHER, Grouping

POISON = 13


class _Runner:
    """Answers each number with its double; stays in its first group until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.gate = Event(), Event()
        self.error: Exception | None = None

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.begun.set()
        self.gate.wait()
        if self.error is not None:
            raise self.error
        if POISON in numbers:
            raise ValueError(f"{POISON} brings bad luck")
        return [number * 2 for number in numbers]


@pytest.fixture
async def threads() -> AsyncIterator[DatabaseThreads]:
    threads = DatabaseThreads()
    yield threads
    await threads.close()


@pytest.fixture
def runner() -> _Runner:
    return _Runner()


async def _run_behind_the_first(
    grouping: Grouping[int, int], runner: _Runner, numbers: Sequence[int]
) -> list[int | BaseException]:
    """Let a 0 begin alone, then let `numbers` wait together; return their answers."""
    first = asyncio.create_task(grouping.submit(0))
    await asyncio.to_thread(runner.begun.wait)
    others = [asyncio.create_task(grouping.submit(number)) for number in numbers]
    await asyncio.sleep(0)
    runner.gate.set()
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    return answers[1:]


async def test_a_lone_item_goes_at_once(threads: DatabaseThreads, runner: _Runner) -> None:
    runner.gate.set()
    assert await Grouping(threads, runner).submit(4) == 8
    assert runner.groups == [[4]]


async def test_what_waits_goes_together(threads: DatabaseThreads, runner: _Runner) -> None:
    answers = await _run_behind_the_first(Grouping(threads, runner), runner, [1, 2, 3])
    assert answers == [2, 4, 6]
    assert runner.groups == [[0], [1, 2, 3]]


async def test_a_group_has_a_most(threads: DatabaseThreads, runner: _Runner) -> None:
    numbers = range(100, 100 + MOST_TOGETHER + 1)
    await _run_behind_the_first(Grouping(threads, runner), runner, numbers)
    assert [len(group) for group in runner.groups] == [1, MOST_TOGETHER, 1]


async def test_items_that_share_a_key_never_meet(threads: DatabaseThreads, runner: _Runner) -> None:
    grouping = Grouping(threads, runner, keys=lambda number: [number % 10])
    await _run_behind_the_first(grouping, runner, [1, 11, 2, 21])
    assert runner.groups == [[0], [1, 2], [11], [21]]


async def test_a_poisoned_item_fails_alone(threads: DatabaseThreads, runner: _Runner) -> None:
    answers = await _run_behind_the_first(Grouping(threads, runner), runner, [1, POISON, 3])
    assert answers[0::2] == [2, 6]
    assert isinstance(answers[1], ValueError)


async def test_a_lost_connection_fails_the_whole_group(
    threads: DatabaseThreads, runner: _Runner
) -> None:
    runner.error = OperationalError("server closed the connection")
    answers = await _run_behind_the_first(Grouping(threads, runner), runner, [1, 2])
    assert [type(answer) for answer in answers] == [StoreUnavailableError] * 2
    assert runner.groups == [[0], [1, 2]]


async def test_who_gave_up_before_the_group_began_is_left_out(
    threads: DatabaseThreads, runner: _Runner
) -> None:
    grouping = Grouping(threads, runner)
    first = asyncio.create_task(grouping.submit(0))
    await asyncio.to_thread(runner.begun.wait)
    others = [asyncio.create_task(grouping.submit(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    others[0].cancel()
    runner.gate.set()
    await asyncio.gather(first, *others, return_exceptions=True)
    assert runner.groups == [[0], [2]]


def test_one_grouping_serves_several_event_loops(runner: _Runner) -> None:
    runner.gate.set()
    threads = DatabaseThreads()
    grouping = Grouping(threads, runner)
    assert [asyncio.run(grouping.submit(number)) for number in (1, 2)] == [2, 4]
    asyncio.run(threads.close())
