"""Senders over the limit wait their turn; none is dropped."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms.domain.policies import RateLimit
from rooms.resilience.rate_limit import ChannelRateLimiters, RateLimiter
from rooms.shared.local import LocalSharedState
from rooms.testing.clock import FakeClock


def make_limiters(clock: FakeClock | None = None) -> ChannelRateLimiters:
    clock = clock or FakeClock()
    return ChannelRateLimiters(LocalSharedState(clock), clock=clock)


def make_limiter(limit: RateLimit, clock: FakeClock) -> RateLimiter:
    return make_limiters(clock).limiter("sms", limit)


class Senders:
    """Tasks that each send once through a limiter and note when."""

    def __init__(self, limiter: RateLimiter, clock: FakeClock) -> None:
        self.limiter = limiter
        self._clock = clock
        self.tasks: list[asyncio.Task[None]] = []
        self.sent: list[tuple[int, float]] = []

    def start(self, count: int) -> None:
        for number in range(len(self.tasks), len(self.tasks) + count):
            self.tasks.append(asyncio.create_task(self._send(number)))

    async def _send(self, number: int) -> None:
        await self.limiter.acquire()
        self.sent.append((number, self._clock.monotonic()))

    @property
    def times(self) -> list[float]:
        return [round(time, 6) for _, time in self.sent]

    @property
    def order(self) -> list[int]:
        return [number for number, _ in self.sent]


class Line:
    """A limiter on a clock of its own."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.opened: list[Senders] = []

    def open(self, limit: RateLimit) -> Senders:
        self.opened.append(Senders(make_limiter(limit, self.clock), self.clock))
        return self.opened[-1]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    made = Line()
    yield made
    for task in [task for senders in made.opened for task in senders.tasks]:
        task.cancel()


@pytest.mark.parametrize(
    ("limit", "count", "times"),
    [
        # slower than one a second: one every two seconds, from the first on
        (RateLimit(max_per_minute=30), 4, [0, 2, 4, 6]),
        (RateLimit(max_per_hour=60), 3, [0, 60, 120]),
        # a second's worth at once, then spaced
        (RateLimit(max_per_second=2), 6, [0, 0, 0.5, 1, 1.5, 2]),
        (RateLimit(max_per_minute=120), 4, [0, 0, 0.5, 1]),
        # fewer than one a second never saves up more than one
        (RateLimit(max_per_second=0.5), 3, [0, 2, 4]),
        # a burst of its own
        (RateLimit(max_per_second=1, burst=3), 5, [0, 0, 0, 1, 2]),
        (RateLimit(max_per_minute=30, burst=2), 4, [0, 0, 2, 4]),
        # both hold: the second's one lets two through, the minute's spaces them
        (RateLimit(max_per_second=2, max_per_minute=30), 4, [0, 2, 4, 6]),
        (RateLimit(max_per_second=1, max_per_minute=120), 4, [0, 1, 2, 3]),
        # no limit
        (RateLimit(), 3, [0, 0, 0]),
    ],
)
async def test_sends_are_spaced_by_every_limit(
    line: Line, limit: RateLimit, count: int, times: list[float]
) -> None:
    senders = line.open(limit)

    senders.start(count)
    await line.clock.advance(max(times))

    assert senders.times == times


async def test_thirty_a_minute_sends_thirty_a_minute_and_drops_none(line: Line) -> None:
    senders = line.open(RateLimit(max_per_minute=30))
    senders.start(60)

    await line.clock.advance(59)
    assert senders.times == [2.0 * n for n in range(30)]

    await line.clock.advance(60)
    assert len(senders.sent) == 60


async def test_senders_get_through_in_the_order_they_came(line: Line) -> None:
    senders = line.open(RateLimit(max_per_second=1))
    senders.start(3)
    await line.clock.advance(0.5)
    senders.start(2)

    await line.clock.advance(10)

    assert senders.order == [0, 1, 2, 3, 4]


async def test_latecomer_does_not_overtake_at_the_moment_a_token_is_there(line: Line) -> None:
    senders, taken = line.open(RateLimit(max_per_second=1)), list[bool]()

    async def try_at_one() -> None:
        await line.clock.sleep(1)
        taken.append(await senders.limiter.try_acquire())

    latecomer = asyncio.create_task(try_at_one())
    await line.clock.settle()
    senders.start(2)
    await line.clock.advance(1)
    await latecomer

    assert (taken, senders.order) == ([False], [0, 1])


@pytest.mark.timeout(10)
@pytest.mark.parametrize("per_minute", [7, 9, 39, 49])
async def test_periods_that_floats_cannot_express_do_not_stop_the_line(
    line: Line, per_minute: int
) -> None:
    senders = line.open(RateLimit(max_per_minute=per_minute))

    senders.start(50)
    await line.clock.advance(600)

    assert senders.times == [round(n * 60 / per_minute, 6) for n in range(50)]


@pytest.mark.parametrize(
    ("cancelled", "order", "times"),
    [
        # the one whose turn is next: the one behind it takes its place
        (1, [0, 2, 3], [0, 1, 2]),
        # one in the middle of the queue
        (2, [0, 1, 3], [0, 1, 2]),
    ],
)
async def test_cancelled_sender_leaves_the_queue_and_takes_no_turn(
    line: Line, cancelled: int, order: list[int], times: list[float]
) -> None:
    senders = line.open(RateLimit(max_per_second=1))
    senders.start(4)
    await line.clock.advance(0.5)

    senders.tasks[cancelled].cancel()
    await line.clock.advance(10)

    assert (senders.order, senders.times) == (order, times)


async def test_idle_time_saves_up_no_more_than_the_burst(line: Line) -> None:
    senders = line.open(RateLimit(max_per_second=1, burst=2))
    await line.clock.advance(3600)

    senders.start(4)
    await line.clock.advance(2)

    assert senders.times == [3600, 3600, 3601, 3602]


async def test_trying_takes_a_turn_only_when_one_is_free() -> None:
    clock = FakeClock()
    limiter = make_limiter(RateLimit(max_per_second=1), clock)

    first, second = await limiter.try_acquire(), await limiter.try_acquire()
    await clock.advance(1)

    assert (first, second, await limiter.try_acquire()) == (True, False, True)


async def test_waiting_senders_are_counted(line: Line) -> None:
    senders = line.open(RateLimit(max_per_second=1))

    senders.start(3)
    await line.clock.settle()

    assert senders.limiter.waiting == 2


def test_limiter_serves_one_event_loop_after_another() -> None:
    clock = FakeClock()
    limiter = make_limiter(RateLimit(max_per_second=1), clock)

    async def send_twice() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(limiter.acquire())
            tasks.create_task(limiter.acquire())
            await clock.advance(2)

    for _ in range(2):
        asyncio.run(send_twice())

    assert limiter.waiting == 0


async def test_channels_do_not_share_their_turns() -> None:
    limiters, limit = make_limiters(), RateLimit(max_per_second=1)

    assert await limiters.limiter("sms", limit).try_acquire()
    assert not await limiters.limiter("sms", RateLimit(max_per_second=1)).try_acquire()
    assert await limiters.limiter("mail", limit).try_acquire()


async def test_another_limit_of_a_channel_has_buckets_of_its_own() -> None:
    limiters = make_limiters()
    slow, fast = RateLimit(max_per_second=1), RateLimit(max_per_second=10)

    assert await limiters.limiter("sms", slow).try_acquire()
    assert await limiters.limiter("sms", fast).try_acquire()
    assert limiters.limiter("sms", fast) is limiters.limiter("sms", fast)


async def test_forgotten_channel_starts_anew() -> None:
    limiters, limit = make_limiters(), RateLimit(max_per_second=1)
    await limiters.limiter("sms", limit).try_acquire()

    await limiters.forget("sms")

    assert await limiters.limiter("sms", limit).try_acquire()
