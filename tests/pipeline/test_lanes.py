"""Lanes: order inside one, independence between them, and what counts as waiting."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms import DeliveryKind, DeliveryOutcome, DeliveryResult, InMemoryStore, RoomContext
from rooms.domain.job import DeliveryJob
from rooms.pipeline.broadcast import Broadcast
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.spawning import TaskGroup
from rooms.pipeline.waiting import Cascade, caller_waits
from rooms.pipeline.work import Runner, Work
from rooms.testing.clock import FakeClock
from rooms.testing.factories import ROOM, make_binding, make_event, make_room
from rooms.testing.rig import bodies
from tests.steps import until


class Tally(Broadcast):
    """Keeps the first attempts it is told of."""

    def __init__(self) -> None:
        self.results: list[DeliveryResult] = []

    def settle(self, result: DeliveryResult, *, is_delivery: bool = True) -> None:
        """Keep one."""
        self.results.append(result)

    @property
    def statuses(self) -> list[str]:
        """What became of the first attempts, in the order they were reported."""
        return [result.status.value for result in self.results]


class Floor:
    """Lanes whose work waits until the test lets it go."""

    def __init__(self, store: InMemoryStore) -> None:
        self.tasks = TaskGroup()
        self.leases = LeaseKeeper(store, self.tasks, node="here", seconds=60)
        runners: dict[DeliveryKind, Runner] = dict.fromkeys(DeliveryKind, self._run)
        self.lanes = Lanes(self.tasks, runners, self.leases)
        self.cascade = Cascade()
        self.tally = Tally()
        self.begun: list[str] = []
        self.done: list[str] = []
        self.waits: list[bool] = []
        self.gates: dict[str, asyncio.Event] = {}

    def submit(
        self,
        body: str,
        channel_id: str = "sms",
        *,
        room_id: str = ROOM,
        kind: DeliveryKind = DeliveryKind.SEND,
        row: DeliveryJob | None = None,
    ) -> Work:
        """Put work that says `body` into a lane."""
        work = Work(
            kind=kind,
            event=make_event(body, room_id=room_id),
            binding=make_binding(channel_id, room_id=room_id),
            context=RoomContext(room=make_room(room_id)),
            cascade=self.cascade,
            broadcast=self.tally,
            row=row,
        )
        self.lanes.submit(work)
        return work

    def hold(self, body: str) -> asyncio.Event:
        """Make the work that says `body` wait."""
        return self.gates.setdefault(body, asyncio.Event())

    async def _run(self, work: Work) -> None:
        [body] = bodies([work.event])
        self.begun.append(body)
        self.waits.append(caller_waits())
        if body in self.gates:
            await self.gates[body].wait()
        if body == "bad":
            raise RuntimeError("broke")
        self.done.append(body)
        work.settle(work.result(DeliveryOutcome.SENT))


@pytest.fixture
async def floor(store: InMemoryStore) -> AsyncIterator[Floor]:
    made = Floor(store)
    yield made
    await made.tasks.close(timeout=0.1)


async def test_lane_does_one_thing_after_the_other(floor: Floor, clock: FakeClock) -> None:
    gate = floor.hold("one")
    for body in ("one", "two", "three"):
        floor.submit(body)
    await clock.settle()
    begun_while_held = list(floor.begun)

    gate.set()
    await floor.cascade.wait()

    assert begun_while_held == ["one"]
    assert floor.done == ["one", "two", "three"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"channel_id": "email"},  # another channel of the room
        {"room_id": "other"},  # the same channel in another room
    ],
)
async def test_lanes_do_not_wait_for_each_other(floor: Floor, elsewhere: dict[str, str]) -> None:
    gate = floor.hold("slow")
    floor.submit("slow")
    quick = floor.submit("quick", **elsewhere)  # type: ignore[arg-type]  # only names are given

    await until(lambda: quick.settled)

    assert floor.done == ["quick"]
    gate.set()


async def test_failure_is_a_result_and_the_lane_goes_on(floor: Floor) -> None:
    floor.submit("bad")
    floor.submit("good")

    await floor.cascade.wait()

    assert floor.done == ["good"]
    assert floor.tally.statuses == ["failed", "sent"]
    [failed, _] = floor.tally.results
    assert failed.error is not None
    assert (failed.error.code, failed.error.message) == ("RuntimeError", "broke")


async def test_work_behind_one_that_waits_for_its_retry_counts_as_queued(floor: Floor) -> None:
    floor.hold("one").clear()
    first, second = floor.submit("one"), floor.submit("two")
    await asyncio.sleep(0)

    floor.lanes.hold(first)
    third = floor.submit("three")

    assert floor.tally.statuses == ["queued", "queued", "queued"]
    assert all(work.settled for work in (first, second, third))
    floor.hold("one").set()


async def test_nobody_waits_for_work_that_waits_for_its_retry(floor: Floor) -> None:
    gate = floor.hold("one")
    first = floor.submit("one")
    floor.submit("two")
    await asyncio.sleep(0)

    floor.lanes.hold(first)

    async with asyncio.timeout(1):
        await floor.cascade.wait()
    assert floor.done == []
    gate.set()


async def test_lane_whose_head_goes_on_is_no_longer_queued(floor: Floor) -> None:
    gate = floor.hold("one")
    first = floor.submit("one")
    floor.lanes.hold(first)
    floor.lanes.release(first)

    later = floor.submit("two")
    settled_at_once = later.settled
    gate.set()
    await floor.tasks.close(timeout=5)

    assert not settled_at_once
    assert floor.tally.statuses == ["queued", "sent"]


async def test_first_report_is_the_one_that_counts(floor: Floor) -> None:
    gate = floor.hold("one")
    work = floor.submit("one")
    floor.lanes.hold(work)

    gate.set()
    await floor.tasks.close(timeout=5)

    assert floor.done == ["one"]
    assert floor.tally.statuses == ["queued"]


@pytest.mark.parametrize(
    ("kind", "room_id", "answering"),
    [
        (DeliveryKind.REACT, ROOM, True),
        (DeliveryKind.REACT, "other", False),  # another room's agent
        (DeliveryKind.SEND, ROOM, False),  # a transport
    ],
)
async def test_room_is_answering_while_an_agent_is_at_work(
    floor: Floor, kind: DeliveryKind, room_id: str, answering: bool
) -> None:
    gate = floor.hold("work")
    floor.submit("work", kind=kind, room_id=room_id)
    await asyncio.sleep(0)
    while_at_work = floor.lanes.is_answering(ROOM)

    gate.set()
    await floor.cascade.wait()
    await floor.tasks.close(timeout=5)

    assert (while_at_work, floor.lanes.is_answering(ROOM)) == (answering, False)


async def test_work_is_done_where_nobody_waits_for_what_it_causes(floor: Floor) -> None:
    floor.submit("one")

    await floor.cascade.wait()

    assert floor.waits == [False]


async def test_lease_is_kept_as_long_as_the_work_lasts(floor: Floor) -> None:
    row = DeliveryJob(room_id=ROOM, event_id="e", channel_id="sms")
    gate = floor.hold("one")
    floor.submit("one", row=row)
    held = floor.leases.holds(row.id)

    gate.set()
    await floor.cascade.wait()

    assert (held, floor.leases.holds(row.id)) == (True, False)


async def test_end_of_the_process_leaves_nobody_waiting(floor: Floor) -> None:
    floor.hold("one")
    row = DeliveryJob(room_id=ROOM, event_id="e", channel_id="sms")
    floor.submit("one", row=row)
    floor.submit("two")

    await floor.tasks.close(timeout=0.01)

    async with asyncio.timeout(1):
        await floor.cascade.wait()
    assert floor.tally.statuses == ["queued", "queued"]
    assert not floor.leases.holds(row.id)
    assert floor.done == []
