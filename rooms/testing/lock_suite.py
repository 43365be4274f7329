"""The contract of `RoomLockManager` as tests, for any lock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import Context, copy_context

import pytest

from rooms.locks.base import RoomLockManager

ROOM, OTHER = "room", "other"
"""The rooms that are locked; a store that keeps the locks must have them."""

PATIENCE_S = 5.0
MORTAL_LEASE_S = 0.6
"""How long the lease of the fixture `mortal` lasts."""

# Longer than anybody waits before it asks for a free lock again.
_TRY_FOR_S = 0.1


class Visitor:
    """A task that enters a lock and stays until it is let go."""

    def __init__(
        self, lock: AbstractAsyncContextManager[object], context: Context | None = None
    ) -> None:
        self.is_inside = asyncio.Event()
        self._lock = lock
        self._may_leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(), context=context or Context())

    async def _visit(self) -> None:
        async with self._lock:
            self.is_inside.set()
            await self._may_leave.wait()

    async def enter(self) -> None:
        """Wait until it is inside."""
        async with asyncio.timeout(PATIENCE_S):
            await self.is_inside.wait()

    async def leave(self) -> None:
        """Let it go and wait until it has left."""
        self._may_leave.set()
        async with asyncio.timeout(PATIENCE_S):
            await self.task


async def is_free(
    locks: RoomLockManager, room_id: str = ROOM, *, patience_s: float = _TRY_FOR_S
) -> bool:
    """Tell whether somebody who holds nothing gets the lock in time."""

    async def visit() -> None:
        async with locks.locked(room_id):
            pass

    try:
        async with asyncio.timeout(patience_s):
            await asyncio.create_task(visit(), context=Context())
    except TimeoutError:
        return False
    return True


class Standstill:
    """A process that stops in the middle of its work: its event loop runs only when told to."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Let the process run until `work` is done."""

        async def begin() -> None:
            await work()

        await asyncio.to_thread(Context().run, self._loop.run_until_complete, begin())

    def close(self) -> None:
        """End the process."""
        self._loop.close()


@contextmanager
def standing_still() -> Iterator[Standstill]:
    """Make a process that stands still, and end it."""
    process = Standstill()
    try:
        yield process
    finally:
        process.close()


@pytest.mark.asyncio
class LockSuite:
    """What the pipeline relies on; subclass it and give the fixtures `locks` and `peer`.

    `locks` is a lock manager and `peer` the same locks as another process has them; for locks of
    one process both are the same object. Rooms `ROOM` and `OTHER` exist::

        class TestMyLocks(LockSuite):
            @pytest.fixture
            def locks(self) -> RoomLockManager:
                return MyLockManager()
    """

    async def test_nobody_is_in_a_room_at_the_same_time(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        inside, most = 0, 0

        async def visit(manager: RoomLockManager) -> None:
            nonlocal inside, most
            async with manager.locked(ROOM):
                inside, most = inside + 1, max(most, inside + 1)
                await asyncio.sleep(0)
                inside -= 1

        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(visit(manager) for manager in (locks, peer) * 5))
        assert most == 1

    async def test_entering_excludes_like_locking(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        visitor = Visitor(locks.entering(ROOM))
        await visitor.enter()
        assert not await is_free(locks)
        await visitor.leave()
        assert await is_free(peer, patience_s=PATIENCE_S)

    async def test_rooms_do_not_wait_for_each_other(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        async with locks.locked(ROOM):
            assert await is_free(peer, OTHER, patience_s=PATIENCE_S)
            assert await is_free(locks, OTHER, patience_s=PATIENCE_S)

    async def test_the_holder_may_enter_again(self, locks: RoomLockManager) -> None:
        async with asyncio.timeout(PATIENCE_S):
            async with locks.locked(ROOM), locks.entering(ROOM), locks.locked(ROOM):
                assert locks.holds(ROOM)
        assert not locks.holds(ROOM)

    async def test_a_task_of_the_holder_holds_the_lock_too(self, locks: RoomLockManager) -> None:
        async with locks.locked(ROOM):
            child = Visitor(locks.locked(ROOM), copy_context())
            await child.enter()
            await child.leave()

    async def test_the_lock_stays_while_a_task_of_the_holder_is_inside(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        async with locks.locked(ROOM):
            child = Visitor(locks.locked(ROOM), copy_context())
            await child.enter()
        assert not await is_free(peer)
        await child.leave()
        assert await is_free(peer, patience_s=PATIENCE_S)

    async def test_holding_is_told_to_the_holder_only(self, locks: RoomLockManager) -> None:
        stranger = Visitor(locks.locked(ROOM))
        await stranger.enter()
        assert not locks.holds(ROOM)
        await stranger.leave()
        async with locks.locked(ROOM):
            assert (locks.holds(ROOM), locks.holds(OTHER)) == (True, False)

    async def test_a_cancelled_waiter_leaves_the_lock_sound(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        async with locks.locked(ROOM):
            waiters = [Visitor(manager.locked(ROOM)) for manager in (locks, peer)]
            assert not await is_free(peer)
            for waiter in waiters:
                waiter.task.cancel()
            await asyncio.wait([waiter.task for waiter in waiters])
        assert await is_free(peer, patience_s=PATIENCE_S)
        assert await is_free(locks, patience_s=PATIENCE_S)

    @pytest.mark.parametrize("turns", range(8))
    async def test_wherever_a_visitor_is_cancelled_the_lock_is_free_afterwards(
        self, locks: RoomLockManager, peer: RoomLockManager, turns: int
    ) -> None:
        visitor = Visitor(locks.locked(ROOM))
        for _ in range(turns):
            await asyncio.sleep(0)
        visitor.task.cancel()
        await asyncio.wait([visitor.task])
        assert await is_free(peer, patience_s=PATIENCE_S)
        assert await is_free(locks, patience_s=PATIENCE_S)

    async def test_a_cancelled_holder_frees_the_lock(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        holder = Visitor(locks.locked(ROOM))
        await holder.enter()
        holder.task.cancel()
        assert await is_free(peer, patience_s=PATIENCE_S)

    async def test_an_error_frees_the_lock(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        with pytest.raises(KeyError):
            async with locks.entering(ROOM):
                raise KeyError
        assert await is_free(peer, patience_s=PATIENCE_S)

    async def test_what_is_not_a_room_can_be_locked(
        self, locks: RoomLockManager, peer: RoomLockManager
    ) -> None:
        first = Visitor(locks.locked_key("route:sms:+1"))
        await first.enter()
        second = Visitor(peer.locked_key("route:sms:+1"))
        third = Visitor(peer.locked_key("route:sms:+2"))
        await third.enter()
        assert not second.is_inside.is_set()
        await asyncio.gather(first.leave(), second.leave(), third.leave())

    async def test_what_is_locked_may_have_a_long_name(self, locks: RoomLockManager) -> None:
        async with asyncio.timeout(PATIENCE_S), locks.locked_key("route:" + "x" * 2000):
            pass


class SharedLockSuite(LockSuite):
    """What locks of several processes promise beyond that.

    A third fixture `mortal` is a manager of one more process whose leases last `MORTAL_LEASE_S`.
    """

    async def test_a_lock_outlives_its_lease_while_its_process_lives(
        self, mortal: RoomLockManager, peer: RoomLockManager
    ) -> None:
        holder = Visitor(mortal.locked(ROOM))
        await holder.enter()
        assert not await is_free(peer, patience_s=3 * MORTAL_LEASE_S)
        await holder.leave()

    async def test_a_name_outlives_its_lease_while_its_process_lives(
        self, mortal: RoomLockManager, peer: RoomLockManager
    ) -> None:
        holder = Visitor(mortal.locked_key("name"))
        await holder.enter()
        follower = Visitor(peer.locked_key("name"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(follower.is_inside.wait(), 3 * MORTAL_LEASE_S)
        await asyncio.gather(holder.leave(), follower.leave())

    async def test_the_lock_of_a_process_that_died_is_free_when_its_lease_is_over(
        self, mortal: RoomLockManager, peer: RoomLockManager
    ) -> None:
        with standing_still() as process:
            section = mortal.locked(ROOM)
            await process.run(section.__aenter__)
            was_free = await is_free(peer, patience_s=MORTAL_LEASE_S / 3)
            assert (was_free, await is_free(peer, patience_s=PATIENCE_S)) == (False, True)
            await process.run(mortal.close)

    async def test_a_process_that_stood_still_takes_nothing_from_the_next_holder(
        self, mortal: RoomLockManager, peer: RoomLockManager, locks: RoomLockManager
    ) -> None:
        with standing_still() as process:
            section = mortal.locked(ROOM)
            await process.run(section.__aenter__)
            heir = Visitor(peer.locked(ROOM))
            await heir.enter()
            await process.run(lambda: section.__aexit__(None, None, None))
            await process.run(mortal.close)
        assert not await is_free(locks)
        await heir.leave()

    async def test_a_process_that_stood_still_does_not_renew_what_another_had_meanwhile(
        self, mortal: RoomLockManager, peer: RoomLockManager
    ) -> None:
        async def is_free_for_the_peer() -> None:
            async with asyncio.timeout(PATIENCE_S), peer.locked(ROOM):
                pass

        with standing_still() as process:
            section = mortal.locked(ROOM)
            await process.run(section.__aenter__)
            async with peer.locked(ROOM):
                pass
            # It wakes up, and renews what it believes to hold.
            await process.run(lambda: asyncio.sleep(MORTAL_LEASE_S))
            await process.run(is_free_for_the_peer)
            await process.run(peer.close)
            await process.run(mortal.close)
