"""A kit runs its sources: started again when they fail, told of, and stopped in the end."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, RoomKit
from rooms.domain.errors import SourceAlreadyAttachedError, SourceNotFoundError
from rooms.domain.source import SourceStatus
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.sources.toy_source import ToySource
from tests.steps import stored, timeline, watch

DOWN = ConnectionError("the server is down")


async def note_starts(toy: ToySource, clock: FakeClock, *, seconds: int) -> list[int]:
    """Let time pass, and return the seconds at which the source was started."""
    moments: list[int] = []
    for second in range(seconds):
        await clock.settle()
        moments += [second] * (toy.starts - len(moments))
        await clock.advance(1)
    return moments


@pytest.fixture
def toy(kit: RoomKit) -> ToySource:
    kit.register_channel(Recorder("toy"))
    return ToySource()


async def test_what_a_source_emits_enters_its_room(kit: RoomKit, toy: ToySource) -> None:
    await kit.attach_source("toy", toy)
    await toy.connected()

    event = stored(await toy.say("hello"))

    assert [each.id for each in await timeline(kit, event.room_id)] == [event.id]
    assert event.source.channel_id == "toy"


async def test_a_message_emitted_twice_under_one_id_is_stored_once(
    kit: RoomKit, toy: ToySource
) -> None:
    await kit.attach_source("toy", toy)
    await toy.connected()

    said = [stored(await toy.say("hello", number="7")) for _ in range(2)]

    assert said[0].id == said[1].id
    noted = await kit.store.get_provider_message("toy", "7")
    assert noted is not None
    assert noted.event_id == said[0].id


async def test_a_source_that_fails_is_started_again_after_5_10_20_seconds(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    toy.refuses = [DOWN] * 4
    await kit.attach_source("toy", toy)
    moments = await note_starts(toy, clock, seconds=80)

    assert [later - sooner for sooner, later in pairwise(moments)] == [5, 10, 20, 40]


async def test_a_connection_ends_the_row_of_failures(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    toy.refuses = [DOWN] * 3
    await kit.attach_source("toy", toy)
    await clock.advance(5 + 10 + 20)
    toy.fail("the line broke")

    await clock.advance(5)

    assert (toy.starts, toy.is_running) == (5, True)


async def test_the_wait_has_a_cap(kit: RoomKit, toy: ToySource, clock: FakeClock) -> None:
    toy.refuses = [DOWN] * 9
    await kit.attach_source("toy", toy, restart_delay=5, max_restart_delay=10)
    moments = await note_starts(toy, clock, seconds=60)

    assert max(later - sooner for sooner, later in pairwise(moments)) == 10


async def test_a_source_that_keeps_failing_is_given_up(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    news = watch(kit, "source_error", "source_exhausted")
    toy.refuses = [DOWN] * 9
    await kit.attach_source("toy", toy, max_restart_attempts=2)

    await clock.advance(1000)

    assert toy.starts == 3
    assert [event.type for event in news] == [*["source_error"] * 3, "source_exhausted"]
    assert kit.list_sources() == {"toy": SourceStatus.ERROR}
    health = await kit.source_health("toy")
    assert health is not None
    assert health.error == "ConnectionError: the server is down"


async def test_a_source_may_be_kept_from_being_started_again(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    toy.refuses = [DOWN]
    await kit.attach_source("toy", toy, auto_restart=False)

    await clock.advance(1000)

    assert (toy.starts, kit.list_sources()) == (1, {"toy": SourceStatus.ERROR})


async def test_a_source_that_is_done_is_not_started_again(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    await kit.attach_source("toy", toy)
    (await toy.connected()).end()

    await clock.advance(1000)

    assert (toy.starts, kit.list_sources()) == (1, {"toy": SourceStatus.STOPPED})


async def test_a_source_that_needs_a_person_says_so_and_stays_down(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    news = watch(kit, "source_error")
    await kit.attach_source("toy", toy)
    (await toy.connected()).end(SourceStatus.ERROR, "logged out")

    await clock.advance(1000)

    assert (toy.starts, kit.list_sources()) == (1, {"toy": SourceStatus.ERROR})
    assert [event.data["error"] for event in news] == ["logged out"]


async def test_the_host_is_told_of_a_source_s_life(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    kinds = ("attached", "connected", "disconnected", "error", "detached")
    news = watch(kit, *(f"source_{kind}" for kind in kinds))
    await kit.attach_source("toy", toy)
    await clock.settle()
    toy.fail("the line broke")
    await clock.settle()

    await kit.detach_source("toy")

    assert [event.type.removeprefix("source_") for event in news] == list(kinds)
    assert {event.channel_id for event in news} == {"toy"}


async def test_health_tells_of_connection_and_messages(kit: RoomKit, toy: ToySource) -> None:
    await kit.attach_source("toy", toy)
    await toy.connected()
    toy._record_message()

    health = await kit.source_health("toy")

    assert health is not None
    assert (health.status, health.messages_received) == (SourceStatus.CONNECTED, 1)
    assert health.connected_at is not None
    assert await kit.source_health("other") is None


async def test_only_so_many_messages_enter_at_once(
    kit: RoomKit, toy: ToySource, clock: FakeClock
) -> None:
    entered, release = [], asyncio.Event()

    @kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def hold(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        entered.append(event)
        await release.wait()
        return HookResult.allow()

    await kit.attach_source("toy", toy, max_concurrent_emits=2)
    await toy.connected()
    saying = [asyncio.ensure_future(toy.say("hi", sender=f"person {n}")) for n in range(5)]
    await clock.settle()

    assert len(entered) == 2
    release.set()
    await asyncio.gather(*saying)


async def test_one_channel_has_one_source(kit: RoomKit, toy: ToySource) -> None:
    await kit.attach_source("toy", toy)

    with pytest.raises(SourceAlreadyAttachedError, match="detach_source"):
        await kit.attach_source("toy", ToySource())


async def test_a_source_that_is_not_attached_cannot_be_detached(kit: RoomKit) -> None:
    with pytest.raises(SourceNotFoundError, match="'toy'"):
        await kit.detach_source("toy")


@pytest.mark.parametrize(
    "options",
    [{"restart_delay": -1.0}, {"max_restart_delay": -1.0}, {"max_concurrent_emits": 0}],
)
async def test_senseless_options_are_refused(
    kit: RoomKit, toy: ToySource, options: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"seconds|at least 1"):
        await kit.attach_source("toy", toy, **options)
    assert kit.list_sources() == {}


async def test_closing_the_kit_stops_its_sources(kit: RoomKit, toy: ToySource) -> None:
    await kit.attach_source("toy", toy)
    await toy.connected()

    await kit.close()

    assert (toy.is_running, toy.status) == (False, SourceStatus.STOPPED)
    [state] = await kit.store.list_source_states()
    assert state.status is SourceStatus.STOPPED
