"""A vendor that keeps failing is left alone for a while."""

import asyncio
from collections.abc import Callable

import pytest

from rooms.resilience.circuit_breaker import (
    BreakerEdge,
    BreakerState,
    ChannelCircuitBreakers,
    CircuitBreaker,
    Permit,
)
from rooms.testing.clock import FakeClock

OPENED, CLOSED = BreakerEdge.OPENED, BreakerEdge.CLOSED


class Watched:
    """A breaker with its clock and the edges it has reported."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.edges: list[tuple[str, BreakerEdge]] = []
        self.breaker = CircuitBreaker(
            "sms", self.clock, on_edge=lambda channel, edge: self.edges.append((channel, edge))
        )

    @property
    def state(self) -> BreakerState:
        return self.breaker.state

    def admit(self) -> Permit:
        permit = self.breaker.admit()
        assert permit is not None
        return permit

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            self.admit().fail()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
async def recovering(watched: Watched) -> Watched:
    """A breaker that has been open for as long as it stays open."""
    watched.fail(5)
    await watched.clock.advance(60)
    return watched


@pytest.mark.parametrize(("failures", "state"), [(4, BreakerState.CLOSED), (5, BreakerState.OPEN)])
def test_fifth_failure_in_a_row_opens(watched: Watched, failures: int, state: BreakerState) -> None:
    watched.fail(failures)

    assert watched.state is state


def test_success_in_between_starts_the_count_anew(watched: Watched) -> None:
    watched.fail(4)
    watched.admit().succeed()
    watched.fail(4)

    assert watched.state is BreakerState.CLOSED


def test_open_breaker_admits_nobody(watched: Watched) -> None:
    watched.fail(5)

    assert watched.breaker.admit() is None


async def test_open_breaker_says_how_long_it_stays_open(watched: Watched) -> None:
    watched.fail(5)
    await watched.clock.advance(45)

    assert watched.breaker.seconds_until_probe() == 15.0


@pytest.mark.parametrize(
    ("seconds", "admitted"),
    [(59.9, False), (60.0, True), (600.0, True)],
)
async def test_probe_is_admitted_after_a_minute(
    watched: Watched, seconds: float, admitted: bool
) -> None:
    watched.fail(5)
    await watched.clock.advance(seconds)

    assert (watched.breaker.admit() is not None) is admitted


async def test_only_one_probe_at_a_time(recovering: Watched) -> None:
    recovering.admit()

    assert recovering.breaker.admit() is None
    assert recovering.state is BreakerState.HALF_OPEN


async def test_successful_probe_closes(recovering: Watched) -> None:
    recovering.admit().succeed()

    assert recovering.state is BreakerState.CLOSED
    assert recovering.breaker.admit() is not None


async def test_failed_probe_opens_for_another_minute(recovering: Watched) -> None:
    recovering.fail()
    await recovering.clock.advance(59.9)

    assert recovering.breaker.admit() is None
    await recovering.clock.advance(0.1)
    assert recovering.breaker.admit() is not None


async def test_edges_are_reported_once_each(recovering: Watched) -> None:
    recovering.fail()
    await recovering.clock.advance(60)
    recovering.admit().succeed()
    recovering.admit().succeed()

    assert recovering.edges == [("sms", OPENED), ("sms", CLOSED)]


def test_edges_are_named_as_framework_events() -> None:
    assert [OPENED, CLOSED] == ["circuit_breaker_opened", "circuit_breaker_closed"]


async def test_cancelled_probe_frees_its_place(recovering: Watched) -> None:
    async def probe() -> None:
        with recovering.admit():
            await recovering.clock.sleep(10)

    task = asyncio.create_task(probe())
    await recovering.clock.settle()
    assert recovering.breaker.admit() is None

    task.cancel()
    await recovering.clock.settle()
    assert recovering.breaker.admit() is not None


async def test_probe_that_tells_nothing_leaves_the_breaker_half_open(recovering: Watched) -> None:
    with recovering.admit():
        pass

    assert recovering.state is BreakerState.HALF_OPEN


def test_attempts_that_tell_nothing_do_not_count(watched: Watched) -> None:
    watched.fail(4)
    with watched.admit():
        pass
    watched.fail()

    assert watched.state is BreakerState.OPEN


def test_error_in_the_block_is_passed_on_and_counts_only_if_said(watched: Watched) -> None:
    watched.fail(4)

    with pytest.raises(KeyError), watched.admit():
        raise KeyError

    assert watched.state is BreakerState.CLOSED


def test_only_the_first_word_of_an_attempt_counts(watched: Watched) -> None:
    with watched.admit() as permit:
        for _ in range(5):
            permit.fail()
        permit.succeed()

    assert watched.state is BreakerState.CLOSED


def leave(permit: Permit) -> None:
    with permit:
        pass


@pytest.mark.parametrize("word", [Permit.succeed, Permit.fail, leave])
async def test_late_word_of_an_attempt_from_before_is_no_news(
    watched: Watched, word: Callable[[Permit], None]
) -> None:
    late = watched.admit()
    watched.fail(5)
    await watched.clock.advance(60)
    watched.admit()

    word(late)

    assert watched.state is BreakerState.HALF_OPEN
    assert watched.breaker.admit() is None


def test_channels_have_breakers_of_their_own() -> None:
    breakers = ChannelCircuitBreakers(FakeClock(), failure_threshold=1)

    for channel_id in ("sms", "mail"):
        permit = breakers.breaker(channel_id).admit()
        assert permit is not None
        permit.fail() if channel_id == "sms" else permit.succeed()

    assert breakers.states() == {"sms": BreakerState.OPEN, "mail": BreakerState.CLOSED}


def test_forgotten_channel_starts_with_a_closed_breaker() -> None:
    breakers = ChannelCircuitBreakers(FakeClock(), failure_threshold=1)
    permit = breakers.breaker("sms").admit()
    assert permit is not None
    permit.fail()

    breakers.forget("sms")

    assert breakers.breaker("sms").state is BreakerState.CLOSED


async def test_shared_settings_reach_every_breaker() -> None:
    clock, edges = FakeClock(), list[tuple[str, BreakerEdge]]()
    breakers = ChannelCircuitBreakers(
        clock,
        failure_threshold=1,
        recovery_seconds=5,
        on_edge=lambda channel, edge: edges.append((channel, edge)),
    )
    permit = breakers.breaker("mail").admit()
    assert permit is not None
    permit.fail()
    await clock.advance(5)

    assert (edges, breakers.breaker("mail").state) == ([("mail", OPENED)], BreakerState.HALF_OPEN)
