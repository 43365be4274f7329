"""The worker goes on and on: timers fire, and a store that fails ends nothing."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from rooms import (
    DeliveryJob,
    InMemoryStore,
    RoomStatus,
    RoomTimers,
    StoreUnavailableError,
    Worker,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import PATIENCE_S, Recorder, bodies
from rooms.worker import TIMERS_LEASE
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM
from tests.steps import until
from tests.two_processes import FailingReads, Site


@pytest.fixture
def store(clock: FakeClock) -> FailingReads:
    return FailingReads(clock=clock.now)


# -- timers


async def test_timers_fire_without_traffic(site: Site) -> None:
    timers = RoomTimers(inactive_after_seconds=60, closed_after_seconds=60)
    await site.old.kit.set_room_timers(ROOM, timers)
    worker, seen = Worker(site.old.kit), []

    for seconds in (30, 31, 61, 61):
        await site.clock.advance(seconds)
        moved = await worker.fire_timers()
        seen.append((moved, (await site.old.kit.get_room(ROOM)).status))

    assert seen == [
        (0, RoomStatus.ACTIVE),
        (1, RoomStatus.PAUSED),
        (1, RoomStatus.CLOSED),
        (0, RoomStatus.CLOSED),
    ]


async def test_room_that_cannot_be_read_does_not_stop_the_timers_of_others(
    site: Site, store: FailingReads
) -> None:
    timers = RoomTimers(inactive_after_seconds=60)
    for room_id in ("broken", "well"):
        await site.old.kit.create_room(room_id, timers=timers)
    store.unreadable = "broken"
    await site.clock.advance(61)

    moved = await site.old.kit.check_all_timers()

    assert [room.id for room in moved] == ["well"]


async def test_timers_are_fired_by_one_worker_of_many(site: Site) -> None:
    await site.old.kit.set_room_timers(ROOM, RoomTimers(inactive_after_seconds=5))
    leader, other = Worker(site.old.kit), Worker(site.start())
    await leader.fire_timers()
    await site.clock.advance(6)

    assert [await other.fire_timers(), await leader.fire_timers()] == [0, 1]


async def test_another_worker_fires_the_timers_when_the_leader_is_gone(site: Site) -> None:
    await site.old.kit.set_room_timers(ROOM, RoomTimers(inactive_after_seconds=60))
    await Worker(site.old.kit).fire_timers()
    await site.clock.advance(61)

    assert await Worker(site.start()).fire_timers() == 1


async def test_leader_that_stops_leaves_its_place_at_once(make_kit: MakeKit) -> None:
    store = MoodyStore()
    await run_until(lambda: store.timed > 0, Worker(make_kit(store=store)))

    assert await store.acquire_lease(TIMERS_LEASE, "another", seconds=5)


# -- running on and on


class MoodyStore(InMemoryStore):
    """Fails as often as it is told to, and counts what it was asked."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.failures = list(failures)
        self.leased = 0
        self.timed = 0

    async def lease_deliveries(
        self,
        owner: str,
        *,
        seconds: float,
        limit: int = 100,
        lanes: Sequence[tuple[str, str]] | None = None,
    ) -> list[DeliveryJob]:
        """Count, then fail or not."""
        self.leased += 1
        if self.failures:
            raise self.failures.pop(0)
        return await super().lease_deliveries(owner, seconds=seconds, limit=limit, lanes=lanes)

    async def find_idle_room_ids(
        self, now: datetime, *, organization_id: str | None = None, limit: int = 500
    ) -> list[str]:
        """Count."""
        self.timed += 1
        return await super().find_idle_room_ids(now, organization_id=organization_id, limit=limit)


async def run_until(holds: Callable[[], bool], worker: Worker) -> None:
    """Run a worker until something holds."""
    running = asyncio.ensure_future(worker.run())
    await until(holds)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    "failure",
    [
        StoreUnavailableError("the database is restarting"),
        RuntimeError("a row that cannot be read"),
    ],
)
async def test_worker_outlives_failures_of_the_store(make_kit: MakeKit, failure: Exception) -> None:
    store = MoodyStore(failure, failure)

    worker = Worker(make_kit(store=store), sweep_seconds=0.001, timer_seconds=0.001)
    await run_until(lambda: store.leased >= 4, worker)

    assert store.failures == []
    assert store.timed > 0


async def test_worker_lets_running_work_end(site: Site) -> None:
    phone = await site.old.add(Recorder("phone"))
    gate = phone.hold()
    site.say("one")
    await phone.until_attempted(1)

    draining = asyncio.ensure_future(Worker(site.old.kit).drain(timeout=PATIENCE_S))
    await asyncio.sleep(0)
    gate.set()
    await draining
    await site.die()

    assert bodies(phone.delivered) == ["one"]
