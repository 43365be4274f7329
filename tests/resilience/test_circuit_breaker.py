"""A vendor that keeps failing is left alone for a while."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from rooms.domain.breaker import Admission, BreakerEdge, BreakerPolicy, BreakerState, BreakerWord
from rooms.resilience.circuit_breaker import ChannelCircuitBreakers, Permit
from rooms.resilience.clock import Clock
from rooms.shared.local import LocalSharedState
from rooms.testing.clock import FakeClock

OPENED, CLOSED = BreakerEdge.OPENED, BreakerEdge.CLOSED


class Watched:
    """A channel's breaker with its clock and the edges it has reported."""

    def __init__(
        self,
        policy: BreakerPolicy | None = None,
        *,
        shared: type[LocalSharedState] = LocalSharedState,
    ) -> None:
        self.clock = FakeClock()
        self.edges: list[tuple[str, BreakerEdge]] = []
        self.shared = shared(self.clock)
        self.breakers = ChannelCircuitBreakers(
            self.shared,
            clock=self.clock,
            policy=policy,
            on_edge=lambda channel, edge: self.edges.append((channel, edge)),
        )

    async def state(self) -> BreakerState:
        return (await self.breakers.states())["sms"]

    async def is_open(self) -> bool:
        return await self.breakers.admit("sms") is None

    async def admit(self, channel_id: str = "sms") -> Permit:
        permit = await self.breakers.admit(channel_id)
        assert permit is not None
        return permit

    async def fail(self, times: int = 1) -> None:
        for _ in range(times):
            await (await self.admit()).fail()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
async def recovering(watched: Watched) -> Watched:
    """A breaker that has been open for as long as it stays open."""
    await watched.fail(5)
    await watched.clock.advance(60)
    return watched


@pytest.mark.parametrize(("failures", "state"), [(4, BreakerState.CLOSED), (5, BreakerState.OPEN)])
async def test_fifth_failure_in_a_row_opens(
    watched: Watched, failures: int, state: BreakerState
) -> None:
    await watched.fail(failures)

    assert await watched.state() is state


async def test_success_in_between_starts_the_count_anew(watched: Watched) -> None:
    await watched.fail(4)
    await (await watched.admit()).succeed()
    await watched.fail(4)

    assert await watched.state() is BreakerState.CLOSED


async def test_open_breaker_admits_nobody(watched: Watched) -> None:
    await watched.fail(5)

    assert await watched.breakers.admit("sms") is None


@pytest.mark.parametrize(("seconds", "is_open"), [(59.9, True), (60.0, False), (600.0, False)])
async def test_probe_is_admitted_after_a_minute(
    watched: Watched, seconds: float, is_open: bool
) -> None:
    await watched.fail(5)
    await watched.clock.advance(seconds)

    assert await watched.is_open() is is_open


async def test_only_one_probe_at_a_time(recovering: Watched) -> None:
    await recovering.admit()

    assert await recovering.is_open()
    assert await recovering.state() is BreakerState.HALF_OPEN


async def test_successful_probe_closes(recovering: Watched) -> None:
    await (await recovering.admit()).succeed()

    assert await recovering.state() is BreakerState.CLOSED
    assert not await recovering.is_open()


async def test_failed_probe_opens_for_another_minute(recovering: Watched) -> None:
    await recovering.fail()
    await recovering.clock.advance(59.9)

    assert await recovering.is_open()
    await recovering.clock.advance(0.1)
    assert not await recovering.is_open()


async def test_edges_are_reported_once_each(recovering: Watched) -> None:
    await recovering.fail()
    await recovering.clock.advance(60)
    await (await recovering.admit()).succeed()
    await (await recovering.admit()).succeed()

    assert recovering.edges == [("sms", OPENED), ("sms", CLOSED)]


def test_edges_are_named_as_framework_events() -> None:
    assert [OPENED, CLOSED] == ["circuit_breaker_opened", "circuit_breaker_closed"]


async def test_cancelled_probe_frees_its_place(recovering: Watched) -> None:
    async def probe() -> None:
        async with await recovering.admit():
            await recovering.clock.sleep(10)

    task = asyncio.create_task(probe())
    await recovering.clock.settle()
    assert await recovering.is_open()

    task.cancel()
    await recovering.clock.settle()
    assert not await recovering.is_open()


class SlowWords(LocalSharedState):
    """Takes words only when it is let."""

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.may_hear = asyncio.Event()
        self.may_hear.set()

    async def report(self, admission: Admission, word: BreakerWord) -> BreakerEdge | None:
        await self.may_hear.wait()
        return await super().report(admission, word)


async def test_probe_that_is_cancelled_while_it_says_so_frees_its_place_too() -> None:
    watched = Watched(shared=SlowWords)
    await watched.fail(5)
    await watched.clock.advance(60)
    assert isinstance(watched.shared, SlowWords)
    watched.shared.may_hear.clear()
    task = asyncio.create_task(leave(await watched.admit()))
    await watched.clock.settle()

    task.cancel()
    await watched.clock.settle()
    watched.shared.may_hear.set()
    await watched.clock.settle()
    assert not await watched.is_open()


async def test_probe_keeps_its_place_for_as_long_as_it_takes(recovering: Watched) -> None:
    async with await recovering.admit():
        await recovering.clock.advance(600)

        assert await recovering.is_open()


async def test_probe_whose_holder_is_gone_loses_its_place(recovering: Watched) -> None:
    await recovering.admit()
    await recovering.clock.advance(BreakerPolicy().probe_seconds)

    assert not await recovering.is_open()


async def test_ended_probe_waits_for_nothing_any_more(recovering: Watched) -> None:
    async with await recovering.admit() as permit:
        await permit.succeed()
    await recovering.clock.settle()

    assert recovering.clock.sleepers == 0


async def test_probe_that_tells_nothing_leaves_the_breaker_half_open(recovering: Watched) -> None:
    async with await recovering.admit():
        pass

    assert await recovering.state() is BreakerState.HALF_OPEN


async def test_attempts_that_tell_nothing_do_not_count(watched: Watched) -> None:
    await watched.fail(4)
    async with await watched.admit():
        pass
    await watched.fail()

    assert await watched.state() is BreakerState.OPEN


async def test_error_in_the_block_is_passed_on_and_counts_only_if_said(watched: Watched) -> None:
    await watched.fail(4)
    permit = await watched.admit()

    with pytest.raises(KeyError):
        async with permit:
            raise KeyError

    assert await watched.state() is BreakerState.CLOSED


async def test_only_the_first_word_of_an_attempt_counts(watched: Watched) -> None:
    async with await watched.admit() as permit:
        for _ in range(5):
            await permit.fail()
        await permit.succeed()

    assert await watched.state() is BreakerState.CLOSED


async def leave(permit: Permit) -> None:
    async with permit:
        pass


@pytest.mark.parametrize("word", [Permit.succeed, Permit.fail, leave])
async def test_late_word_of_an_attempt_from_before_is_no_news(
    watched: Watched, word: Callable[[Permit], Awaitable[None]]
) -> None:
    late = await watched.admit()
    await watched.fail(5)
    await watched.clock.advance(60)
    await watched.admit()

    await word(late)

    assert await watched.state() is BreakerState.HALF_OPEN
    assert await watched.is_open()


async def test_channels_have_breakers_of_their_own() -> None:
    watched = Watched(BreakerPolicy(failure_threshold=1))

    await watched.fail()
    await (await watched.admit("mail")).succeed()

    states = {"sms": BreakerState.OPEN, "mail": BreakerState.CLOSED}
    assert await watched.breakers.states() == states


async def test_forgotten_channel_starts_with_a_closed_breaker(watched: Watched) -> None:
    await watched.fail(5)

    await watched.breakers.forget("sms")

    assert not await watched.is_open()


async def test_policy_reaches_every_breaker() -> None:
    watched = Watched(BreakerPolicy(failure_threshold=1, recovery_seconds=5))

    await watched.fail()
    await watched.clock.advance(5)

    assert watched.edges == [("sms", OPENED)]
    assert await watched.state() is BreakerState.HALF_OPEN
