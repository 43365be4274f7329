"""A room's lease rides on the read and the commit, and is given back on every way out."""

import asyncio

import pytest

from rooms.domain.commit import CommitOutcome, CommitUnit
from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.locks.base import Hold
from rooms.locks.database import DatabaseLockManager
from rooms.stores.memory import InMemoryStore
from rooms.testing.factories import make_room
from rooms.testing.lock_suite import PATIENCE_S, ROOM, Visitor, is_free


class SlowEntries(InMemoryStore):
    """Answers who enters a room only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def enter_room(
        self, room_id: str, *, key: str | None = None, lease: LeaseRequest | None = None
    ) -> RoomEntry:
        self.is_asked.set()
        await self.may_answer.wait()
        return await super().enter_room(room_id, key=key, lease=lease)


@pytest.fixture
async def store() -> SlowEntries:
    store = SlowEntries()
    store.may_answer.set()
    await store.create_room(make_room(ROOM))
    return store


@pytest.fixture
def locks(store: SlowEntries) -> DatabaseLockManager:
    return DatabaseLockManager(store, owner="one", seconds=60)


@pytest.fixture
def peer(store: SlowEntries) -> DatabaseLockManager:
    return DatabaseLockManager(store, owner="two", seconds=60)


async def enter(store: SlowEntries, hold: Hold) -> RoomEntry:
    return await hold.entered(store.enter_room(ROOM, lease=hold.request))


async def test_first_entry_asks_for_the_lease_and_keeps_it_until_the_end(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async with locks.entering(ROOM) as hold:
        assert hold.request == LeaseRequest(owner="one", seconds=60)
        entry = await enter(store, hold)
        assert hold.token == entry.lease_token
        assert not await is_free(peer)
    assert await is_free(peer, patience_s=PATIENCE_S)


async def test_who_holds_the_room_asks_for_no_second_lease(
    store: SlowEntries, locks: DatabaseLockManager
) -> None:
    async with locks.locked(ROOM), locks.entering(ROOM) as hold:
        entry = await enter(store, hold)
        assert (hold.request, entry.lease_token) == (None, None)
        unit = CommitUnit(room_id=ROOM, metadata_patch={"a": 1}, lease_token=hold.token)
        assert [done.outcome for done in await store.commit([unit])] == [CommitOutcome.COMMITTED]
        assert hold.token is not None


async def test_lease_of_an_outer_section_outlives_an_inner_one(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async with locks.entering(ROOM) as hold:
        await enter(store, hold)
        async with locks.locked(ROOM):
            pass
        assert not await is_free(peer)


async def test_error_after_entering_gives_the_lease_back(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async def fail() -> None:
        async with locks.entering(ROOM) as hold:
            await enter(store, hold)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await is_free(peer, patience_s=PATIENCE_S)


async def test_lease_that_a_commit_gave_back_is_not_given_back_again(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async with locks.entering(ROOM) as hold:
        await enter(store, hold)
        unit = CommitUnit(room_id=ROOM, lease_token=hold.token, releases_lease=True)
        await store.commit([unit])
        hold.freed()
        heir = Visitor(peer.locked(ROOM))
        await heir.enter()
        unit = CommitUnit(room_id=ROOM, lease_token=hold.token)
        assert [done.outcome for done in await store.commit([unit])] == [CommitOutcome.LEASE_LOST]
    assert not await is_free(locks)
    await heir.leave()


async def test_section_whose_lease_a_commit_gave_back_takes_another(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async with locks.entering(ROOM) as hold:
        await enter(store, hold)
        await store.commit([CommitUnit(room_id=ROOM, lease_token=hold.token, releases_lease=True)])
        hold.freed()
        async with locks.locked(ROOM):
            assert not await is_free(peer)


async def test_hold_that_came_in_under_a_lease_proves_it_after_that_was_given_back(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async with locks.entering(ROOM) as outer:
        await enter(store, outer)
        async with locks.entering(ROOM) as inner:
            await enter(store, inner)
            await store.commit(
                [CommitUnit(room_id=ROOM, lease_token=outer.token, releases_lease=True)]
            )
            outer.freed()
            async with peer.locked(ROOM):
                pass
            unit = CommitUnit(room_id=ROOM, lease_token=inner.token)
            refused = [done.outcome for done in await store.commit([unit])]
    assert refused == [CommitOutcome.LEASE_LOST]


async def test_lease_that_comes_after_its_caller_was_cancelled_is_given_back(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async def visit() -> None:
        async with locks.entering(ROOM) as hold:
            await enter(store, hold)

    store.may_answer.clear()
    task = asyncio.create_task(visit())
    await store.is_asked.wait()
    task.cancel()
    await asyncio.wait([task])
    store.may_answer.set()
    assert await is_free(locks, patience_s=PATIENCE_S)
    assert await is_free(peer, patience_s=PATIENCE_S)


async def test_busy_room_brings_no_lease(
    store: SlowEntries, locks: DatabaseLockManager, peer: DatabaseLockManager
) -> None:
    async with peer.locked(ROOM), locks.entering(ROOM) as hold:
        assert (await enter(store, hold)).busy
        assert hold.token is None


async def test_room_that_is_not_there_needs_no_lease(locks: DatabaseLockManager) -> None:
    async with asyncio.timeout(PATIENCE_S), locks.locked("nowhere"):
        assert locks.holds("nowhere")


async def test_commit_of_a_holder_that_stood_still_is_refused(
    store: SlowEntries, peer: DatabaseLockManager
) -> None:
    stale = await store.take_room_lease(ROOM, LeaseRequest(owner="one", seconds=0.001))
    async with peer.locked(ROOM):
        unit = CommitUnit(room_id=ROOM, metadata_patch={"a": 1}, lease_token=stale)
        assert [done.outcome for done in await store.commit([unit])] == [CommitOutcome.LEASE_LOST]
