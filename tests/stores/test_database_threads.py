"""Threads that the database keeps waiting are given up, and others take their place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Event, get_ident

import pytest

from rooms.domain.errors import StoreUnavailableError
from rooms.stores.orm.executor import THREADS, DatabaseThreads

TIMEOUT_S = 0.05


class Silence:
    """Calls that do not come back until the silence ends."""

    def __init__(self) -> None:
        self.has_begun, self.is_over = Event(), Event()
        self.begun: list[int] = []
        self.ended: list[int] = []

    def enter(self) -> None:
        self.begun.append(get_ident())
        self.has_begun.set()
        self.is_over.wait()
        self.ended.append(get_ident())

    async def ask(self, threads: DatabaseThreads) -> str:
        """Ask again and again until a thread answers."""
        while True:
            with suppress(StoreUnavailableError):
                return await threads.run(lambda: "answer")


@pytest.fixture
def silence() -> Silence:
    return Silence()


@pytest.fixture
async def threads(silence: Silence) -> AsyncIterator[DatabaseThreads]:
    threads = DatabaseThreads(timeout_s=TIMEOUT_S)
    yield threads
    silence.is_over.set()
    await threads.close()


async def fill(threads: DatabaseThreads, silence: Silence, number: int) -> list[object]:
    calls = (threads.run(silence.enter) for _ in range(number))
    return [*await asyncio.gather(*calls, return_exceptions=True)]


async def test_call_that_takes_too_long_is_ended_and_may_have_written(
    threads: DatabaseThreads, silence: Silence
) -> None:
    with pytest.raises(StoreUnavailableError, match=r"within 0\.05 s.*is not known"):
        await threads.run(silence.enter)


async def test_other_threads_take_the_place_of_those_that_are_stuck(
    threads: DatabaseThreads, silence: Silence
) -> None:
    ends = await fill(threads, silence, THREADS)
    assert {type(end) for end in ends} == {StoreUnavailableError}
    assert await silence.ask(threads) == "answer"


async def test_thread_that_is_stuck_is_replaced_also_when_nobody_waits_for_it(
    threads: DatabaseThreads, silence: Silence
) -> None:
    waiting = [asyncio.create_task(threads.run(silence.enter)) for _ in range(THREADS)]
    await asyncio.to_thread(silence.has_begun.wait)
    for call in waiting:
        call.cancel()
    await asyncio.wait(waiting)
    asked = [silence.ask(threads) for _ in range(THREADS)]
    assert {*await asyncio.gather(*asked)} == {"answer"}
    assert silence.ended == []


async def test_call_whose_caller_gives_up_before_a_thread_is_free_never_runs(
    threads: DatabaseThreads, silence: Silence
) -> None:
    stuck = [asyncio.create_task(threads.run(silence.enter)) for _ in range(THREADS)]
    late = asyncio.create_task(threads.run(silence.enter))
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.gather(late, *stuck, return_exceptions=True)
    assert await silence.ask(threads) == "answer"
    assert len(silence.begun) <= THREADS


async def test_closing_does_not_wait_for_threads_that_are_stuck(
    threads: DatabaseThreads, silence: Silence
) -> None:
    await fill(threads, silence, THREADS)
    await threads.close()
    assert silence.ended == []


async def test_error_of_time_of_a_call_itself_is_its_own(threads: DatabaseThreads) -> None:
    def fail() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await threads.run(fail)


async def test_caller_that_gives_up_leaves_the_thread_in_its_place(silence: Silence) -> None:
    threads = DatabaseThreads()
    waiting = asyncio.create_task(threads.run(silence.enter))
    await asyncio.to_thread(silence.has_begun.wait)
    waiting.cancel()
    await asyncio.wait([waiting])
    silence.is_over.set()
    present: list[int] = []
    await threads.run_on_each(lambda: present.append(get_ident()))
    await threads.close()
    assert silence.begun == silence.ended
    assert silence.begun[0] in present
