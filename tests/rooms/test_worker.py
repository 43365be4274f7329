"""The worker takes up what a dead process left, lets timers fire, and outlives the database."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from rooms import (
    Channel,
    CommitUnit,
    DeliveryFailedError,
    DeliveryJob,
    DeliveryState,
    EventStatus,
    InMemoryStore,
    RetryPolicy,
    Room,
    RoomContext,
    RoomEvent,
    RoomKit,
    RoomStatus,
    RoomTimers,
    StoreUnavailableError,
    Worker,
)
from rooms.domain.commit import EventWrite
from rooms.pipeline.answers import reply_key
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.spawning import TaskGroup
from rooms.testing.clock import FakeClock
from rooms.testing.factories import make_event
from rooms.testing.rig import PATIENCE_S, Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until, watch

LEASE_S = 15.0


class FailingReads(InMemoryStore):
    """Fails to read events with these errors, one each, and one room always."""

    failures: tuple[Exception, ...] = ()
    unreadable = ""

    async def get_room(self, room_id: str) -> Room | None:
        """Fail or read."""
        if room_id == self.unreadable:
            raise ValueError("not a room")
        return await super().get_room(room_id)

    async def get_event(self, event_id: str) -> RoomEvent | None:
        """Fail or read."""
        if self.failures:
            failure, *rest = self.failures
            self.failures = tuple(rest)
            raise failure
        return await super().get_event(event_id)


@pytest.fixture
def store(clock: FakeClock) -> FailingReads:
    return FailingReads(clock=clock.now)


class Site:
    """One process that dies, and the next one on the same store."""

    def __init__(self, make_kit: MakeKit, clock: FakeClock) -> None:
        self.make_kit = make_kit
        self.clock = clock
        self.old = Scene(make_kit(clock=clock))
        self._saying: list[asyncio.Future[Any]] = []

    def say(self, *said: str, **fields: Any) -> None:
        """Let the person speak in the old process, without waiting for what follows."""
        self._saying += [asyncio.ensure_future(self.old.say(body, **fields)) for body in said]

    async def die(self) -> None:
        """End the old process in the middle of its work."""
        await self.old.kit.pipeline.drain(timeout=0.01)
        await asyncio.gather(*self._saying)

    def start(self, *channels: Channel) -> RoomKit:
        """Start the next process with these channels and the person's."""
        kit = self.make_kit(clock=self.clock)
        for channel in (Recorder("person"), *channels):
            kit.register_channel(channel)
        return kit

    async def sweep(self, kit: RoomKit) -> int:
        """Let the worker of a process sweep once, and its work end."""
        taken = await Worker(kit).sweep()
        await self.clock.settle()
        return taken

    async def jobs(self) -> list[DeliveryJob]:
        """Return the delivery rows."""
        return await self.old.kit.store.list_deliveries(ROOM)

    async def states(self) -> list[DeliveryState]:
        """Return where the delivery rows stand."""
        return [job.state for job in await self.jobs()]


@pytest.fixture
async def site(make_kit: MakeKit, clock: FakeClock) -> Site:
    made = Site(make_kit, clock)
    await made.old.open()
    return made


@pytest.fixture
async def abandoned(site: Site) -> Site:
    """A site whose old process died while it was sending three messages to the phone."""
    phone = await site.old.add(Recorder("phone"))
    phone.hold()
    site.say("one", "two", "three")
    await phone.until_attempted(1)
    await site.clock.settle()
    await site.die()
    return site


async def test_nobody_touches_what_may_still_be_at_work(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S - 1)

    taken = await abandoned.sweep(kit)

    assert (taken, phone.delivered) == (0, [])


async def test_work_of_a_dead_process_is_taken_up_in_order(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)

    taken = await abandoned.sweep(kit)

    assert taken == 3
    assert bodies(phone.delivered) == ["one", "two", "three"]
    assert await abandoned.states() == [DeliveryState.SENT] * 3


async def test_work_is_taken_up_once(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)
    await abandoned.sweep(kit)

    await abandoned.clock.advance(LEASE_S + 1)

    assert await abandoned.sweep(kit) == 0
    assert len(phone.delivered) == 3


async def test_of_two_successors_one_takes_it_up(abandoned: Site) -> None:
    phones = Recorder("phone"), Recorder("phone")
    kits = [abandoned.start(phone) for phone in phones]
    await abandoned.clock.advance(LEASE_S + 1)

    taken = [await Worker(kit).sweep() for kit in kits]
    await abandoned.clock.settle()

    assert sorted(taken) == [0, 3]
    assert sum(len(phone.delivered) for phone in phones) == 3


async def test_host_is_told_of_what_was_taken_up(abandoned: Site) -> None:
    kit = abandoned.start(Recorder("phone"))
    news = watch(kit, "delivery_succeeded")
    await abandoned.clock.advance(LEASE_S + 1)

    await abandoned.sweep(kit)

    assert [item.channel_id for item in news] == ["phone"] * 3


async def test_channel_that_was_detached_gets_nothing_any_more(abandoned: Site) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await kit.detach_channel(ROOM, "phone")
    await abandoned.clock.advance(LEASE_S + 1)

    await abandoned.sweep(kit)

    assert phone.delivered == []
    assert await abandoned.states() == [DeliveryState.DISCARDED] * 3


async def test_channel_that_is_not_registered_is_a_failed_delivery(abandoned: Site) -> None:
    kit = abandoned.start()
    await abandoned.clock.advance(LEASE_S + 1)

    await abandoned.sweep(kit)

    errors = {job.error_code for job in await abandoned.jobs()}
    assert (await abandoned.states(), errors) == (
        [DeliveryState.FAILED] * 3,
        {"channel_not_registered"},
    )


async def test_own_running_work_is_not_taken_up_again(site: Site) -> None:
    phone = await site.old.add(Recorder("phone"))
    gate = phone.hold()
    site.say("one")
    await phone.until_attempted(1)
    await site.clock.advance(LEASE_S + 1)

    taken = await Worker(site.old.kit).sweep()
    gate.set()
    await site.die()

    assert (taken, len(phone.attempted)) == (0, 1)


async def test_retry_that_is_not_due_waits_in_the_next_process_too(site: Site) -> None:
    old_phone = await site.old.add(
        Recorder("phone"), retry_policy=RetryPolicy(base_delay_seconds=60)
    )
    old_phone.fail_next(DeliveryFailedError("busy"))
    site.say("one")
    await site.clock.settle()
    await site.die()
    phone = Recorder("phone")
    kit = site.start(phone)

    await site.clock.advance(LEASE_S + 1)
    early = await site.sweep(kit)
    await site.clock.advance(60)
    late = await site.sweep(kit)

    assert (early, late, bodies(phone.delivered)) == (0, 1, ["one"])
    assert [job.attempts for job in await site.jobs()] == [2]


# -- agents


async def dead_thinker(site: Site) -> RoomEvent:
    """Let the old process die while its agent thinks about the question; return that."""

    async def think(event: RoomEvent, context: RoomContext) -> None:
        await asyncio.Event().wait()

    agent = await site.old.add(ScriptedAgent("bot", think))
    site.say("question")
    await until(lambda: bool(agent.asked))
    await site.die()
    return agent.asked[0].event


async def test_question_that_was_not_answered_is_asked_again(site: Site) -> None:
    await dead_thinker(site)
    agent = ScriptedAgent("bot", "answer")
    kit = site.start(agent)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    rows = await site.old.rows()
    assert bodies(rows) == ["question", "answer"]
    assert rows[1].parent_event_id == rows[0].id
    assert agent.asked[0].prompt == ["question"]


async def test_answer_that_is_stored_already_is_not_generated_again(site: Site) -> None:
    question = await dead_thinker(site)
    key = reply_key(question.id, "bot", 0)
    answer = make_event("answer", channel_id="bot", room_id=ROOM, idempotency_key=key)
    await site.old.kit.store.commit(
        [CommitUnit(room_id=ROOM, events=(EventWrite(event=answer),), at=site.clock.now())]
    )
    agent = ScriptedAgent("bot", "another answer")
    kit = site.start(agent)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    assert agent.asked == []
    assert bodies(await site.old.rows()) == ["question", "answer"]
    assert await site.states() == [DeliveryState.SENT]


async def test_answer_that_comes_after_the_closing_is_discarded(site: Site) -> None:
    await dead_thinker(site)
    kit = site.start(ScriptedAgent("bot", "answer"))
    await kit.close_room(ROOM)
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    assert bodies(await site.old.rows()) == ["question"]
    assert await site.states() == [DeliveryState.DISCARDED]


async def test_agent_that_was_muted_meanwhile_is_recorded_but_not_heard(site: Site) -> None:
    await dead_thinker(site)
    kit = site.start(ScriptedAgent("bot", "answer"))
    await kit.mute(ROOM, "bot")
    await site.clock.advance(LEASE_S + 1)

    await site.sweep(kit)

    answer = (await site.old.rows())[-1]
    assert (answer.status, answer.blocked_by) == (EventStatus.BLOCKED, "source_muted")


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


# -- running on and on


class MoodyStore(InMemoryStore):
    """Fails as often as it is told to, and counts what it was asked."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.failures = list(failures)
        self.leased = 0
        self.timed = 0

    async def lease_deliveries(
        self, owner: str, *, seconds: float, limit: int = 100
    ) -> list[DeliveryJob]:
        """Count, then fail or not."""
        self.leased += 1
        if self.failures:
            raise self.failures.pop(0)
        return await super().lease_deliveries(owner, seconds=seconds, limit=limit)

    async def find_idle_room_ids(
        self, now: datetime, *, organization_id: str | None = None, limit: int = 100
    ) -> list[str]:
        """Count."""
        self.timed += 1
        return await super().find_idle_room_ids(now, organization_id=organization_id, limit=limit)


async def run_until_leased(store: MoodyStore, kit: RoomKit, times: int) -> None:
    """Run a worker until it has looked for work so often."""
    running = asyncio.ensure_future(Worker(kit, sweep_seconds=0.001, timer_seconds=0.001).run())
    await until(lambda: store.leased >= times)
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

    await run_until_leased(store, make_kit(store=store), 4)

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


async def test_work_that_could_not_be_begun_is_begun_by_the_next_sweep(
    abandoned: Site, store: FailingReads
) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)
    store.failures = (StoreUnavailableError("gone for a moment"),)
    with pytest.raises(StoreUnavailableError):
        await abandoned.sweep(kit)

    taken = await abandoned.sweep(kit)

    assert (taken, bodies(phone.delivered)) == (3, ["one", "two", "three"])


async def test_work_that_cannot_be_read_stops_no_other(
    abandoned: Site, store: FailingReads
) -> None:
    phone = Recorder("phone")
    kit = abandoned.start(phone)
    await abandoned.clock.advance(LEASE_S + 1)
    store.failures = (ValueError("not an event"),)

    await abandoned.sweep(kit)

    assert bodies(phone.delivered) == ["two", "three"]
    assert await abandoned.states() == [DeliveryState.DISCARDED, *[DeliveryState.SENT] * 2]


# -- leases


class LeaseBook(InMemoryStore):
    """Notes renewals; fails at the first if told to."""

    def __init__(self, *, fails_first: bool = False) -> None:
        super().__init__()
        self.renewed: list[tuple[str, float]] = []
        self.fails_first = fails_first
        self.news = asyncio.Event()

    async def renew_leases(self, owner: str, *, seconds: float) -> int:
        """Note, then fail or renew."""
        self.renewed.append((owner, seconds))
        self.news.set()
        if self.fails_first and len(self.renewed) == 1:
            raise StoreUnavailableError("gone for a moment")
        return await super().renew_leases(owner, seconds=seconds)

    async def until_renewed(self, count: int) -> None:
        """Wait for so many renewals."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.renewed) < count:
                self.news.clear()
                await self.news.wait()


@pytest.mark.parametrize("fails_first", [False, True])
async def test_lease_is_renewed_while_the_work_goes_on(fails_first: bool) -> None:
    store = LeaseBook(fails_first=fails_first)
    keeper = LeaseKeeper(store, TaskGroup(), node="here", seconds=0.03)

    keeper.keep("row")

    await store.until_renewed(3)
    keeper.drop("row")
    assert store.renewed[:3] == [("here", 0.03)] * 3


async def test_lease_is_renewed_as_long_as_any_row_is_held() -> None:
    store = LeaseBook()
    keeper = LeaseKeeper(store, TaskGroup(), node="here", seconds=0.03)
    for row in ("one", "two"):
        keeper.keep(row)

    keeper.drop("one")

    await store.until_renewed(1)
    assert (keeper.holds("one"), keeper.holds("two")) == (False, True)
    keeper.drop("two")


async def test_lease_is_not_renewed_when_the_work_is_done() -> None:
    store = LeaseBook()
    keeper = LeaseKeeper(store, TaskGroup(), node="here", seconds=0.03)
    keeper.keep("row")

    keeper.drop("row")

    await asyncio.sleep(0.05)
    assert store.renewed == []


async def test_work_that_outlasts_its_lease_stays_with_its_process(make_kit: MakeKit) -> None:
    store = LeaseBook()
    scene = Scene(make_kit(store=store, lease_seconds=0.06))
    await scene.open()
    phone = await scene.add(Recorder("phone"))
    gate = phone.hold()
    saying = asyncio.ensure_future(scene.say())
    await store.until_renewed(5)  # well beyond one lease

    other = make_kit(store=store, lease_seconds=0.06)
    taken = await Worker(other).sweep()
    gate.set()
    await saying

    assert (taken, len(phone.delivered)) == (0, 1)
