"""Work that another process has taken over: its former owner ends nothing any more."""

import asyncio
from datetime import timedelta

import pytest

from rooms import (
    ChannelBinding,
    ChannelOutput,
    DeliveryFailedError,
    DeliveryJob,
    DeliveryPolicy,
    DeliveryState,
    InMemoryStore,
    RetryPolicy,
    RoomContext,
    RoomEvent,
    RoomKit,
)
from rooms.assembly import Sharing
from rooms.pipeline.dispatch import Dispatch
from rooms.pipeline.work import MAX_CRASHES
from rooms.testing.clock import FakeClock
from rooms.testing.factories import make_finish
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import watch
from tests.two_processes import LEASE_S

TWICE = {"delivery_policy": DeliveryPolicy.AT_LEAST_ONCE}


class SlowAgent(ScriptedAgent):
    """An agent that answers when it is let, or fails."""

    def __init__(self, channel_id: str, *script: str) -> None:
        super().__init__(channel_id, *script)
        self.gate = asyncio.Event()
        self.failure: Exception | None = None
        self.begun = 0

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Wait, then fail or answer."""
        self.begun += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return await super().on_event(event, binding, context)


@pytest.fixture
def kit(make_kit: MakeKit, clock: FakeClock) -> RoomKit:
    return make_kit(clock=clock, sharing=Sharing(dispatch=Dispatch(is_shared=True)))


class Others:
    """Starts more processes on the same store."""

    def __init__(self, make_kit: MakeKit, clock: FakeClock) -> None:
        self._make_kit = make_kit
        self._clock = clock

    def start(self, channel: Recorder | ScriptedAgent) -> RoomKit:
        """Start a process that has this channel."""
        sharing = Sharing(dispatch=Dispatch(is_shared=True))
        kit = self._make_kit(clock=self._clock, sharing=sharing)
        kit.register_channel(Recorder("person"))
        kit.register_channel(channel)
        return kit

    async def sweep(self, channel: Recorder | ScriptedAgent) -> RoomKit:
        """Start a process that takes up what is free."""
        kit = self.start(channel)
        await kit.pipeline.resuming.take_up()
        await self._clock.settle()
        return kit


@pytest.fixture
def others(make_kit: MakeKit, clock: FakeClock) -> Others:
    return Others(make_kit, clock)


async def first_row(store: InMemoryStore) -> DeliveryJob:
    return (await store.list_deliveries(ROOM))[0]


async def test_former_owner_does_not_end_a_delivery(
    scene: Scene, store: InMemoryStore, clock: FakeClock, others: Others
) -> None:
    phone = await scene.add(Recorder("phone"), **TWICE)
    failures = watch(scene.kit, "delivery_failed")
    gate = phone.hold()
    saying = asyncio.ensure_future(scene.say("one"))
    await phone.until_attempted(1)
    await clock.advance(LEASE_S + 1)  # it stands still for longer than its lease
    taker = Recorder("phone")
    taken = taker.hold()
    await others.sweep(taker)

    phone.fail = DeliveryFailedError("timeout")
    gate.set()
    await saying
    await clock.settle()
    third = Recorder("phone")
    await Scene(others.start(third)).say("two")
    overtaking = bodies(third.attempted)
    taken.set()
    await clock.settle()

    assert (overtaking, bodies(taker.delivered)) == ([], ["one", "two"])
    assert (await first_row(store)).state is DeliveryState.SENT
    assert len(failures) == 0


async def test_former_owner_does_not_end_a_turn(
    scene: Scene, store: InMemoryStore, clock: FakeClock, others: Others
) -> None:
    agent = await scene.add(SlowAgent("ai", "yes"))
    saying = asyncio.ensure_future(scene.say("one"))
    await clock.settle()
    await clock.advance(LEASE_S + 1)
    taker = SlowAgent("ai", "yes")
    await others.sweep(taker)

    agent.failure = RuntimeError("connection reset")
    agent.gate.set()
    await saying
    meanwhile = (await first_row(store)).state
    taker.gate.set()
    await clock.settle()

    assert (taker.begun, meanwhile) == (1, DeliveryState.SENDING)
    assert bodies(await scene.rows()) == ["one", "yes"]
    assert (await first_row(store)).state is DeliveryState.SENT


async def test_former_owner_does_not_end_a_turn_with_its_answer(
    scene: Scene, store: InMemoryStore, clock: FakeClock, others: Others
) -> None:
    agent = await scene.add(SlowAgent("ai", "late"))
    saying = asyncio.ensure_future(scene.say("one"))
    await clock.settle()
    await clock.advance(LEASE_S + 1)
    taker = SlowAgent("ai", "again")
    await others.sweep(taker)

    agent.gate.set()
    await saying
    await clock.settle()
    meanwhile = (await first_row(store)).state
    taker.gate.set()
    await clock.settle()

    assert meanwhile is DeliveryState.SENDING
    assert bodies(await scene.rows()) == ["one", "late"]  # one answer, whoever was first
    assert (await first_row(store)).state is DeliveryState.SENT


async def test_retry_is_due_by_the_clock_of_the_store(
    make_kit: MakeKit, store: InMemoryStore, clock: FakeClock, others: Others
) -> None:
    """A process whose clock is ten minutes ahead of the database's dies while it waits a second."""
    ahead = FakeClock(start=clock.now() + timedelta(minutes=10))
    sharing = Sharing(dispatch=Dispatch(is_shared=True))
    scene = Scene(make_kit(clock=ahead, sharing=sharing))
    await scene.open()
    policy = RetryPolicy(max_retries=3, base_delay_seconds=1)
    failing = Recorder("phone", fail=DeliveryFailedError("busy"))
    await scene.add(failing, retry_policy=policy)
    await scene.say("one")
    await ahead.settle()
    await scene.kit.pipeline.drain(timeout=0.01)
    await clock.advance(LEASE_S + 1)

    await others.sweep(phone := Recorder("phone"))

    assert bodies(phone.delivered) == ["one"]


# -- work that kills its processes


async def _begin_in_dying_processes(store: InMemoryStore, times: int) -> None:
    """Write down what so many processes leave that die in the first row."""
    row = await first_row(store)
    await store.renew_leases(row.lease_owner, [row.id], seconds=0)
    begun = make_finish(row, DeliveryState.SENDING, attempts=times)
    await store.finish_deliveries([begun])


@pytest.mark.parametrize(("deaths", "is_sent"), [(MAX_CRASHES - 1, True), (MAX_CRASHES, False)])
async def test_repeatable_delivery_that_kills_its_processes_is_given_up(
    scene: Scene,
    store: InMemoryStore,
    clock: FakeClock,
    others: Others,
    deaths: int,
    is_sent: bool,
) -> None:
    phone = await scene.add(Recorder("phone"), **TWICE)
    phone.hold()
    saying = asyncio.ensure_future(scene.say("deadly"))
    await phone.until_attempted(1)
    await scene.kit.pipeline.drain(timeout=0.01)
    await saying
    await _begin_in_dying_processes(store, deaths)

    await others.sweep(there := Recorder("phone"))

    row = await first_row(store)
    assert bool(there.delivered) is is_sent
    assert (row.state, row.error_code) == (
        (DeliveryState.SENT, None) if is_sent else (DeliveryState.FAILED, "crashed_repeatedly")
    )


async def test_death_in_a_repeatable_delivery_is_counted(
    scene: Scene, store: InMemoryStore, clock: FakeClock, others: Others
) -> None:
    phone = await scene.add(Recorder("phone"), **TWICE)
    phone.hold()
    saying = asyncio.ensure_future(scene.say("deadly"))
    await phone.until_attempted(1)
    await scene.kit.pipeline.drain(timeout=0.01)
    await saying
    counted = []
    for _ in range(2):
        await clock.advance(LEASE_S + 1)
        taker = Recorder("phone")
        taker.hold()
        kit = await others.sweep(taker)
        await kit.pipeline.drain(timeout=0.01)
        row = await first_row(store)
        counted.append((row.state, row.attempts))

    assert counted == [(DeliveryState.SENDING, 1), (DeliveryState.SENDING, 2)]


async def test_question_that_kills_its_processes_is_given_up(
    scene: Scene, store: InMemoryStore, clock: FakeClock, others: Others
) -> None:
    await scene.add(SlowAgent("ai", "yes"))
    saying = asyncio.ensure_future(scene.say("deadly?"))
    await clock.settle()
    await scene.kit.pipeline.drain(timeout=0.01)
    await saying
    await _begin_in_dying_processes(store, MAX_CRASHES)

    await others.sweep(there := SlowAgent("ai", "yes"))

    row = await first_row(store)
    assert there.begun == 0
    assert (row.state, row.error_code) == (DeliveryState.FAILED, "crashed_repeatedly")
