"""The clock of tests, and the machine's own."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from rooms.resilience.clock import Clock, SystemClock
from rooms.testing.clock import FakeClock


async def note_after(clock: Clock, seconds: float, notes: list[float]) -> None:
    await clock.sleep(seconds)
    notes.append(clock.monotonic())


async def test_sleepers_wake_in_the_order_of_their_deadlines_at_their_own_time() -> None:
    clock, notes = FakeClock(), list[float]()

    async with asyncio.TaskGroup() as tasks:
        for seconds in (3.0, 1.0, 2.0):
            tasks.create_task(note_after(clock, seconds, notes))
        await clock.advance(5)

    assert notes == [1.0, 2.0, 3.0]
    assert clock.monotonic() == 5.0


async def test_sleeper_that_is_not_due_sleeps_on() -> None:
    clock, notes = FakeClock(), list[float]()
    task = asyncio.create_task(note_after(clock, 2.0, notes))

    await clock.advance(1.999)

    assert (notes, clock.sleepers) == ([], 1)
    await clock.advance(0.001)
    await task
    assert notes == [2.0]


async def test_sleep_that_follows_a_sleep_is_slept_in_the_same_advance() -> None:
    clock, notes = FakeClock(), list[float]()

    async def twice() -> None:
        await note_after(clock, 1.0, notes)
        await note_after(clock, 1.0, notes)

    task = asyncio.create_task(twice())
    await clock.advance(2)
    await task

    assert notes == [1.0, 2.0]


async def test_small_steps_add_up_despite_rounding() -> None:
    clock, notes = FakeClock(), list[float]()
    task = asyncio.create_task(note_after(clock, 1.0, notes))

    for _ in range(10):
        await clock.advance(0.1)

    await task
    assert len(notes) == 1


async def test_cancelled_sleeper_is_gone() -> None:
    clock = FakeClock()
    task = asyncio.create_task(clock.sleep(1))
    await clock.settle()

    task.cancel()
    await clock.advance(2)

    assert (task.cancelled(), clock.sleepers) == (True, 0)


async def test_now_moves_with_the_clock() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    clock = FakeClock(start)

    await clock.advance(90)

    assert clock.now() == start + timedelta(seconds=90)


async def test_sleeping_for_nothing_does_not_wait_for_the_clock() -> None:
    await FakeClock().sleep(0)


async def test_time_cannot_go_backwards() -> None:
    with pytest.raises(ValueError, match="-1 seconds"):
        await FakeClock().advance(-1)


async def test_system_clock_tells_utc_and_only_grows() -> None:
    clock = SystemClock()
    before = clock.monotonic()

    await clock.sleep(-1)

    assert clock.monotonic() >= before
    assert clock.now().utcoffset() == timedelta(0)
