"""Of all processes one runs a source; the next takes over where the last one stopped."""

import asyncio

import pytest

from rooms import InMemoryStore, RoomKit, StoreUnavailableError
from rooms.domain.errors import SourceLostError
from rooms.domain.source import SourceStatus
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.kit_fixtures import MakeKit
from tests.sources.toy_source import ToySource

LEASE_S = 15.0


class SilentStore(InMemoryStore):
    """Answers nobody who asks for a lease while it is `silent`, or `hangs`."""

    silent = False
    hangs = False

    async def acquire_lease(self, name: str, owner: str, *, seconds: float) -> bool:
        if self.hangs:
            await asyncio.Event().wait()
        if self.silent:
            raise StoreUnavailableError("the database does not answer")
        return await super().acquire_lease(name, owner, seconds=seconds)


@pytest.fixture
def store(clock: FakeClock) -> SilentStore:
    return SilentStore(clock=clock.now)


@pytest.fixture
def kits(make_kit: MakeKit, clock: FakeClock) -> list[RoomKit]:
    """Two processes on one store."""
    made = [make_kit(clock=clock), make_kit(clock=clock)]
    for kit in made:
        kit.register_channel(Recorder("toy"))
    return made


@pytest.fixture
async def toys(kits: list[RoomKit], clock: FakeClock) -> list[ToySource]:
    """The same source attached in both; the first process was first."""
    made = [ToySource(), ToySource()]
    for kit, toy in zip(kits, made, strict=True):
        await kit.attach_source("toy", toy)
        await clock.settle()
    return made


def running(toys: list[ToySource]) -> list[bool]:
    return [toy.is_running for toy in toys]


async def test_one_process_runs_it(toys: list[ToySource], clock: FakeClock) -> None:
    await clock.advance(10 * LEASE_S)

    assert running(toys) == [True, False]


async def test_the_other_takes_over_at_once_when_it_is_detached(
    kits: list[RoomKit], toys: list[ToySource], clock: FakeClock
) -> None:
    await kits[0].detach_source("toy")
    await clock.advance(LEASE_S / 3)

    assert running(toys) == [False, True]


async def test_a_process_that_cannot_renew_stops_before_another_may_begin(
    toys: list[ToySource], store: SilentStore, clock: FakeClock
) -> None:
    store.silent = True
    await clock.advance(LEASE_S + 0.1)
    assert running(toys) == [False, False]

    store.silent = False
    await clock.advance(LEASE_S)

    assert sorted(running(toys)) == [False, True]


async def test_a_process_whose_lease_was_taken_stops_and_waits_for_its_turn(
    kits: list[RoomKit], toys: list[ToySource], store: SilentStore, clock: FakeClock
) -> None:
    await store.release_lease("source:toy", kits[0].pipeline.parts.node)
    await store.acquire_lease("source:toy", "a third process", seconds=LEASE_S)
    await clock.advance(LEASE_S / 3)
    assert running(toys) == [False, False]

    await clock.advance(2 * LEASE_S)

    assert sorted(running(toys)) == [False, True]


async def test_the_next_process_goes_on_where_the_last_one_had_read(
    kits: list[RoomKit], toys: list[ToySource], clock: FakeClock
) -> None:
    await toys[0].say("hello")
    await toys[0].link.keep_cursor({"last": 7})
    await kits[0].detach_source("toy")

    await clock.advance(LEASE_S)

    assert toys[1].link.cursor == {"last": 7}
    [state] = await kits[1].store.list_source_states()
    assert (state.messages_received, state.node) == (1, kits[1].pipeline.parts.node)


async def test_who_lost_the_source_moves_its_cursor_no_more(
    kits: list[RoomKit], toys: list[ToySource], store: SilentStore
) -> None:
    await store.claim_source("toy", "another process")

    with pytest.raises(SourceLostError, match="another process"):
        await toys[0].link.keep_cursor({"last": 8})

    [state] = await store.list_source_states()
    assert state.cursor == {}


async def test_every_process_can_tell_how_it_is_doing(
    kits: list[RoomKit], toys: list[ToySource]
) -> None:
    health = await kits[1].source_health("toy")

    assert health is not None
    assert health.status is SourceStatus.CONNECTED
    assert kits[1].list_sources() == {"toy": SourceStatus.STOPPED}


async def test_a_process_whose_lease_ran_out_unnoticed_brings_nothing_more(
    kits: list[RoomKit], toys: list[ToySource], store: SilentStore, clock: FakeClock
) -> None:
    store.hangs = True
    await clock.advance(LEASE_S + 0.1)
    assert toys[0].is_running

    with pytest.raises(SourceLostError):
        await toys[0].say("hello")

    assert await kits[0].store.list_rooms() == []
