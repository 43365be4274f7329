"""The in-memory store passes the contract; its clock can be set and it needs no Django."""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from rooms.domain.commit import Committed
from rooms.domain.lease import LeaseRequest
from rooms.stores.base import ConversationStore
from rooms.stores.memory import InMemoryStore
from rooms.testing.factories import NOON, ROOM, at, make_event, make_room, make_unit
from rooms.testing.store_suite import RoomLaneSuite, StoreSuite

BLOCK_FRAMEWORKS = """
import sys
for name in ("django", "channels", "ninja", "celery"):
    sys.modules[name] = None
import rooms.stores.memory, rooms.locks.memory
"""


class TestInMemoryStore(StoreSuite):
    """The shared contract."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[InMemoryStore]:
        store = InMemoryStore()
        yield store
        await store.close()


class TestInMemoryRoomLanes(RoomLaneSuite):
    """The contract of lanes that are whole rooms."""

    @pytest.fixture
    async def store(self) -> InMemoryStore:
        return InMemoryStore(lane_scope="room")


class _Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def store(clock: _Clock) -> InMemoryStore:
    return InMemoryStore(clock)


async def test_jobs_are_due_by_the_clock(store: InMemoryStore, clock: _Clock) -> None:
    await store.create_room(make_room())
    clock.advance(60)
    [committed] = await store.commit([make_unit(make_event(), sends_to=("ws-1",), at=at(99))])
    assert [job.due_at for job in committed.jobs] == [at(1)]


async def test_writing_a_room_is_stamped_by_the_clock(store: InMemoryStore, clock: _Clock) -> None:
    await store.create_room(make_room())
    clock.advance(60)
    assert (await store.patch_room_metadata(ROOM, {"a": 1})).updated_at == at(1)


@pytest.mark.parametrize(
    ("seconds_later", "taken"),
    [
        (29, 0),
        (30, 1),  # a lease ends at its last moment
    ],
)
async def test_a_lease_lasts_as_long_as_was_asked(
    store: InMemoryStore, clock: _Clock, seconds_later: float, taken: int
) -> None:
    await store.create_room(make_room())
    unit = make_unit(make_event(), sends_to=("ws-1",), lease_owner="a", lease_seconds=30)
    await store.commit([unit])
    clock.advance(seconds_later)
    assert len(await store.lease_deliveries("b", seconds=30)) == taken


async def test_the_lease_of_a_room_lasts_as_long_as_was_asked(
    store: InMemoryStore, clock: _Clock
) -> None:
    await store.create_room(make_room())
    first = await store.take_room_lease(ROOM, LeaseRequest(owner="a", seconds=30))
    assert first == 1
    clock.advance(29)
    assert await store.take_room_lease(ROOM, LeaseRequest(owner="b", seconds=30)) is None
    clock.advance(1)
    assert await store.take_room_lease(ROOM, LeaseRequest(owner="b", seconds=30)) == first + 1


async def test_a_renewed_lease_lasts_longer(store: InMemoryStore, clock: _Clock) -> None:
    await store.create_room(make_room())
    unit = make_unit(make_event(), sends_to=("ws-1",), lease_owner="a", lease_seconds=30)
    [committed] = await store.commit([unit])
    clock.advance(20)
    await store.renew_leases("a", [committed.jobs[0].id], seconds=30)
    clock.advance(20)
    assert await store.lease_deliveries("b", seconds=30) == []


async def test_the_lane_due_longest_is_taken_first(store: InMemoryStore, clock: _Clock) -> None:
    for room_id in ("late", "early"):
        await store.create_room(make_room(room_id))
    await store.commit([make_unit(make_event(), room_id="early", sends_to=("ws-1",))])
    clock.advance(1)
    await store.commit([make_unit(make_event(), room_id="late", sends_to=("ws-1",))])
    [job] = await store.lease_deliveries("a", seconds=30, limit=1)
    assert job.room_id == "early"


def test_threads_with_loops_of_their_own_share_one_store() -> None:
    store = InMemoryStore()
    asyncio.run(store.create_room(make_room()))

    def commit_once(_: int) -> Sequence[Committed]:
        return asyncio.run(store.commit([make_unit(make_event())]))

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(commit_once, range(20)))
    assert sorted(answer[0].events[0].index for answer in answers) == list(range(20))


def test_every_verb_has_the_contracts_signature() -> None:
    names = ConversationStore.__abstractmethods__
    contract = {name: inspect.signature(getattr(ConversationStore, name)) for name in names}
    ours = {name: inspect.signature(getattr(InMemoryStore, name)) for name in names}
    assert ours == contract


def test_it_is_importable_without_any_framework() -> None:
    result = subprocess.run(
        [sys.executable, "-c", BLOCK_FRAMEWORKS], capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    assert result.returncode == 0


async def test_closing_keeps_what_is_stored(store: InMemoryStore) -> None:
    await store.create_room(make_room())
    await store.close()
    assert await store.get_room(ROOM) is not None
