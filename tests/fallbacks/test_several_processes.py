"""However many processes look, and wherever they die, a message goes on once."""

import asyncio

import pytest

from rooms import (
    Committed,
    CommitUnit,
    InMemoryStore,
    Sharing,
    StoreUnavailableError,
    Worker,
)
from rooms.pipeline.dispatch import Dispatch
from rooms.pipeline.fallbacks import LOOK_S
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.fallbacks.reaching import MINUTES, REFUSED, Reaching
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


class DyingStore(InMemoryStore):
    """Fails the next commits that write a fallback: before they are written, or after."""

    dies: tuple[str, ...] = ()

    async def commit(self, units: "list[CommitUnit]") -> list[Committed]:  # type: ignore[override]  # a list is passed
        if not self.dies or not any(unit.follow_ups for unit in units):
            return await super().commit(units)
        when, *rest = self.dies
        self.dies = tuple(rest)
        if when == "after":
            await super().commit(units)
        raise StoreUnavailableError("gone")


@pytest.fixture
def store(clock: FakeClock) -> DyingStore:
    return DyingStore(clock=clock.now)


async def test_two_workers_make_one_message(reaching: Reaching, make_kit: MakeKit) -> None:
    other = make_kit(clock=reaching.clock)
    for channel in (Recorder("person"), reaching.wa, reaching.sms, reaching.mail):
        other.register_channel(channel)
    await reaching.write()
    await reaching.clock.advance(16 * MINUTES)

    workers = [Worker(reaching.scene.kit), Worker(other)]
    looks = await asyncio.gather(*(worker.look_after() for worker in workers))
    await reaching.clock.settle()

    assert sorted(looks) == [0, 1]
    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_look_that_broke_off_is_made_up_for(
    reaching: Reaching, store: DyingStore, when: str
) -> None:
    store.dies = (when,)
    await reaching.write()
    await reaching.wait(16)

    await reaching.clock.advance(LOOK_S + 1)
    await Worker(reaching.scene.kit).sweep()
    await reaching.look()

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}
    assert len(await reaching.records()) == 1


async def test_process_that_dies_after_a_failure_leaves_it_to_the_next(
    make_kit: MakeKit, clock: FakeClock, store: DyingStore
) -> None:
    store.dies = ("before",)
    old = Reaching(Scene(make_kit(clock=clock)), clock)
    await old.scene.open()
    await old.open()
    old.wa.fail = REFUSED
    await old.write()
    sms, kit = Recorder("sms"), make_kit(clock=clock)
    for channel in (Recorder("person"), Recorder("wa"), sms, Recorder("mail")):
        kit.register_channel(channel)

    await clock.advance(LOOK_S + 1)
    await Worker(kit).look_after()
    await clock.settle()

    assert bodies(sms.delivered) == ["hello"]


async def test_channel_that_is_detached_before_its_turn_is_passed_over(
    make_kit: MakeKit, clock: FakeClock
) -> None:
    leaves_it = Sharing(dispatch=Dispatch(runs_here=False, is_shared=True))
    reaching = Reaching(Scene(make_kit(clock=clock, sharing=leaves_it)), clock)
    await reaching.scene.open()
    await reaching.open()
    reaching.wa.fail = REFUSED
    await reaching.write()
    worker = Worker(reaching.scene.kit)
    await worker.sweep()
    await reaching.look()

    await reaching.scene.kit.detach_channel(ROOM, "sms")
    for step in (worker.sweep, reaching.look, worker.sweep, clock.settle):
        await step()

    assert reaching.sent == {"mail": ["hello"]}
