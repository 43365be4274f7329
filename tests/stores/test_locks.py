"""The in-memory room lock: exclusion, re-entrance, cancellation, several loops, bounded size."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from threading import Event

import pytest

from rooms.locks.memory import InMemoryLockManager


@pytest.fixture
def locks() -> InMemoryLockManager:
    return InMemoryLockManager()


async def _settle() -> None:
    """Let every task that can run do so."""
    for _ in range(10):
        await asyncio.sleep(0)


class _Visitor:
    """A task that enters a room's lock and stays until it is let go."""

    def __init__(self, locks: InMemoryLockManager, room_id: str, context: Context) -> None:
        self.is_inside = False
        self.holds_inside = False
        self._locks = locks
        self._room_id = room_id
        self._may_leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(), context=context)

    async def _visit(self) -> None:
        async with self._locks.locked(self._room_id):
            self.is_inside = True
            self.holds_inside = self._locks.holds(self._room_id)
            await self._may_leave.wait()
        self.is_inside = False

    async def leave(self) -> None:
        self._may_leave.set()
        await self.task


async def _stranger(locks: InMemoryLockManager, room_id: str = "room") -> _Visitor:
    """Send a task that no holder started."""
    visitor = _Visitor(locks, room_id, Context())
    await _settle()
    return visitor


async def _child(locks: InMemoryLockManager, room_id: str = "room") -> _Visitor:
    """Send a task that the running one started."""
    visitor = _Visitor(locks, room_id, copy_context())
    await _settle()
    return visitor


async def test_one_task_at_a_time_is_in_a_room(locks: InMemoryLockManager) -> None:
    first, second = await _stranger(locks), await _stranger(locks)
    assert (first.is_inside, second.is_inside) == (True, False)
    await first.leave()
    await _settle()
    assert second.is_inside
    await second.leave()


async def test_waiters_are_served_in_order(locks: InMemoryLockManager) -> None:
    served: list[int] = []

    async def visit(number: int) -> None:
        async with locks.locked("room"):
            served.append(number)
            await _settle()

    await asyncio.gather(*(visit(number) for number in range(20)))
    assert served == list(range(20))


async def test_other_rooms_do_not_wait(locks: InMemoryLockManager) -> None:
    first, second = await _stranger(locks, "room-1"), await _stranger(locks, "room-2")
    assert (first.is_inside, second.is_inside) == (True, True)
    await asyncio.gather(first.leave(), second.leave())


async def test_an_exception_inside_frees_the_lock(locks: InMemoryLockManager) -> None:
    with pytest.raises(RuntimeError, match="boom"):
        async with locks.locked("room"):
            raise RuntimeError("boom")
    visitor = await _stranger(locks)
    assert visitor.is_inside
    await visitor.leave()


async def test_the_holder_may_enter_again(locks: InMemoryLockManager) -> None:
    async with locks.locked("room"):
        async with locks.locked("room"):
            stranger = await _stranger(locks)
        await _settle()
        assert not stranger.is_inside  # the end of the inner section freed nothing
    await _settle()
    assert stranger.is_inside
    await stranger.leave()


async def test_a_child_of_the_holder_does_not_wait(locks: InMemoryLockManager) -> None:
    async with locks.locked("room"):
        child = await _child(locks)
        assert child.is_inside
        await child.leave()


async def test_the_lock_stays_while_a_child_is_inside(locks: InMemoryLockManager) -> None:
    async with locks.locked("room"):
        child = await _child(locks)
        stranger = await _stranger(locks)
    await _settle()
    assert not stranger.is_inside
    await child.leave()
    await _settle()
    assert stranger.is_inside
    await stranger.leave()


async def test_a_child_that_asks_too_late_waits(locks: InMemoryLockManager) -> None:
    async with locks.locked("room"):
        context = copy_context()
    holder = await _stranger(locks)
    child = _Visitor(locks, "room", context)
    await _settle()
    assert not child.is_inside
    await holder.leave()
    await child.leave()


async def test_holding_is_told_to_the_holder_and_its_children(locks: InMemoryLockManager) -> None:
    assert not locks.holds("room")
    async with locks.locked("room"):
        child = await _child(locks)
        assert (locks.holds("room"), child.holds_inside) == (True, True)
        assert not locks.holds("elsewhere")
        await child.leave()
    assert not locks.holds("room")


async def test_a_stranger_holds_nothing(locks: InMemoryLockManager) -> None:
    stranger = await _stranger(locks)
    assert (stranger.holds_inside, locks.holds("room")) == (True, False)
    await stranger.leave()


async def test_holding_one_managers_lock_is_not_holding_anothers(
    locks: InMemoryLockManager,
) -> None:
    other = InMemoryLockManager()
    async with locks.locked("room"):
        assert not other.holds("room")


async def test_several_rooms_may_be_held(locks: InMemoryLockManager) -> None:
    async with locks.locked("room-1"):
        async with locks.locked("room-2"):
            assert (locks.holds("room-1"), locks.holds("room-2")) == (True, True)
        assert (locks.holds("room-1"), locks.holds("room-2")) == (True, False)


async def test_a_cancelled_waiter_leaves_the_queue(locks: InMemoryLockManager) -> None:
    holder, waiter, last = [await _stranger(locks) for _ in range(3)]
    waiter.task.cancel()
    await _settle()
    await holder.leave()
    await _settle()
    assert waiter.task.cancelled()
    assert last.is_inside
    await last.leave()


async def test_a_waiter_cancelled_as_it_gets_the_lock_passes_it_on(
    locks: InMemoryLockManager,
) -> None:
    holder, waiter, last = [await _stranger(locks) for _ in range(3)]
    holder.task.add_done_callback(lambda _: waiter.task.cancel())
    await holder.leave()
    await _settle()
    assert waiter.task.cancelled()
    assert last.is_inside
    await last.leave()


async def test_a_cancelled_holder_frees_the_lock(locks: InMemoryLockManager) -> None:
    holder, waiter = await _stranger(locks), await _stranger(locks)
    holder.task.cancel()
    await _settle()
    assert waiter.is_inside
    await waiter.leave()


async def test_a_wait_may_time_out(locks: InMemoryLockManager) -> None:
    holder = await _stranger(locks)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0), locks.locked("room"):
            pass
    await holder.leave()
    assert not locks.holds("room")
    assert (await _stranger(locks)).is_inside


def test_a_new_event_loop_may_follow_the_old_one(locks: InMemoryLockManager) -> None:
    async def contend() -> list[bool]:
        first, second = await _stranger(locks), await _stranger(locks)
        seen = [first.is_inside, second.is_inside]
        await first.leave()
        await second.leave()
        return seen

    assert [asyncio.run(contend()) for _ in range(2)] == [[True, False]] * 2


def test_a_lock_left_held_by_a_closed_loop_is_free(locks: InMemoryLockManager) -> None:
    dead = asyncio.new_event_loop()
    section = locks.locked("room")
    dead.run_until_complete(section.__aenter__())
    dead.close()

    async def is_entered() -> bool:
        visitor = await _stranger(locks)
        inside = visitor.is_inside
        await visitor.leave()
        return inside

    assert asyncio.run(is_entered())


def test_threads_exclude_each_other_too(locks: InMemoryLockManager) -> None:
    is_held, may_leave, trace = Event(), Event(), list[str]()

    async def hold() -> None:
        async with locks.locked("room"):
            is_held.set()
            await asyncio.to_thread(may_leave.wait, 5)
            trace.append("first leaves")

    async def follow() -> None:
        waiter = asyncio.create_task(enter())
        await _settle()
        may_leave.set()
        await waiter

    async def enter() -> None:
        async with locks.locked("room"):
            trace.append("second enters")

    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(asyncio.run, hold())
        is_held.wait(5)
        asyncio.run(follow())
        first.result(5)
    assert trace == ["first leaves", "second enters"]


async def _touch(locks: InMemoryLockManager, *room_ids: str) -> None:
    for room_id in room_ids:
        async with locks.locked(room_id):
            pass


async def test_idle_locks_are_kept_up_to_the_bound() -> None:
    locks = InMemoryLockManager(max_locks=2)
    await _touch(locks, "a", "a", "b", "c")
    assert locks.size == 2


async def test_a_held_lock_is_never_dropped() -> None:
    locks = InMemoryLockManager(max_locks=1)
    holder = await _stranger(locks, "a")
    await _touch(locks, "b", "c")
    late = await _stranger(locks, "a")
    assert not late.is_inside
    await holder.leave()
    await late.leave()
    assert locks.size == 1


async def test_a_lock_that_is_waited_for_is_never_dropped() -> None:
    locks = InMemoryLockManager(max_locks=1)
    holder, waiter = await _stranger(locks, "a"), await _stranger(locks, "a")
    await holder.leave()
    await _touch(locks, "b")
    late = await _stranger(locks, "a")
    assert (waiter.is_inside, late.is_inside) == (True, False)
    await waiter.leave()
    await late.leave()


async def test_locks_in_use_may_exceed_the_bound_for_a_while() -> None:
    locks = InMemoryLockManager(max_locks=1)
    holders = [await _stranger(locks, room_id) for room_id in ("a", "b", "c")]
    assert locks.size == 3
    await asyncio.gather(*(holder.leave() for holder in holders))
    assert locks.size == 1
