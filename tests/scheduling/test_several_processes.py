"""A scheduled message is said once, however many processes there are and wherever they die."""

import asyncio
from datetime import timedelta

import pytest

from rooms import (
    Committed,
    CommitUnit,
    InMemoryStore,
    ScheduledEnd,
    ScheduledState,
    StoreUnavailableError,
    Worker,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scheduling.diary import Diary

LEASE_HOURS = timedelta(minutes=2) / timedelta(hours=1)


class DyingStore(InMemoryStore):
    """Goes away before the commit, after it, or before the end is written."""

    dies = ""

    async def commit(self, units: "list[CommitUnit]") -> list[Committed]:  # type: ignore[override]  # a list is passed
        keys = [write.event.idempotency_key or "" for unit in units for write in unit.events]
        if not any(key.startswith("scheduled:") for key in keys):
            return await super().commit(units)
        self._die("before the commit")
        committed = await super().commit(units)
        self._die("after the commit")
        return committed

    async def end_scheduled(self, scheduled_id: str, end: ScheduledEnd) -> None:
        self._die("before the end")
        await super().end_scheduled(scheduled_id, end)

    def _die(self, where: str) -> None:
        if self.dies == where:
            self.dies = ""
            raise StoreUnavailableError(where)


@pytest.fixture
def store(clock: FakeClock) -> DyingStore:
    return DyingStore(clock=clock.now)


@pytest.mark.parametrize("where", ["before the commit", "after the commit", "before the end"])
async def test_message_is_said_once_wherever_the_database_goes_away(
    diary: Diary, store: DyingStore, where: str
) -> None:
    scheduled = await diary.schedule()
    store.dies = where
    await diary.wait(2)
    assert await diary.state(scheduled) is ScheduledState.SCHEDULED

    await diary.wait(LEASE_HOURS)
    await Worker(diary.scene.kit).sweep()
    await diary.clock.settle()

    assert await diary.state(scheduled) is ScheduledState.SENT
    assert len(await diary.scene.rows()) == 1


async def test_two_workers_say_it_once(diary: Diary, make_kit: MakeKit) -> None:
    other = make_kit(clock=diary.clock)
    for channel in (Recorder("person"), diary.phone):
        other.register_channel(channel)
    await diary.schedule()
    await diary.clock.advance(3601)

    workers = (Worker(diary.scene.kit), Worker(other))
    said = await asyncio.gather(*(worker.say_scheduled() for worker in workers))
    await diary.clock.settle()

    assert sorted(said) == [0, 1]
    assert bodies(diary.phone.delivered) == ["See you soon"]


async def test_message_that_was_said_is_not_said_to_be_canceled(
    diary: Diary, store: DyingStore
) -> None:
    scheduled = await diary.schedule()
    store.dies = "before the end"
    await diary.wait(2)

    await store.cancel_scheduled(scheduled.id)
    await diary.wait(LEASE_HOURS)

    assert await diary.state(scheduled) is ScheduledState.SENT


async def test_worker_says_what_is_due_by_itself(diary: Diary) -> None:
    scheduled = await diary.schedule()
    await diary.clock.advance(3601)

    working = asyncio.create_task(Worker(diary.scene.kit).run())
    await diary.phone.until_delivered(1)
    working.cancel()

    await diary.clock.settle()
    assert await diary.state(scheduled) is ScheduledState.SENT
