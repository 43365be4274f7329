"""Without Redis each process goes by itself, says so once and comes back."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from rooms.domain.breaker import BreakerState
from rooms.domain.policies import RateLimit
from rooms.shared.link import ASK_AGAIN_AFTER_S
from rooms.shared.redis import RedisSharedState
from rooms.testing.clock import FakeClock
from rooms.testing.shared_state_suite import FAILURE, OPENED, SLOW, fail, growing
from tests.cluster.redis_server import RedisServer

pytestmark = pytest.mark.redis_server

AWAY = "Redis does not answer: breakers, limits and presence are this process's own"
BACK = "Redis answers again: breakers, limits and presence are shared"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that is not there yet."""
    server = RedisServer(tmp_path)
    yield server
    server.process.kill()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def shared(server: RedisServer, clock: FakeClock) -> AsyncIterator[RedisSharedState]:
    state = RedisSharedState(server.url, clock=clock)
    yield state
    await state.close()


async def test_breakers_work_in_the_process_meanwhile(shared: RedisSharedState) -> None:
    assert await fail(shared, times=5) == [OPENED]
    assert await shared.admit("sms", SLOW) is None
    assert await shared.breaker_states() == {"sms": BreakerState.OPEN}


async def test_limits_hold_in_the_process_meanwhile(shared: RedisSharedState) -> None:
    limit = RateLimit(max_per_minute=1)
    waits = [await shared.take_turn("sms", limit) for _ in range(2)]
    assert waits == [0.0, 60.0]
    await shared.reset_limits("sms")
    assert await shared.take_turn("sms", limit) == 0.0


async def test_process_knows_its_own_watchers_meanwhile(
    server: RedisServer, shared: RedisSharedState
) -> None:
    server.start()
    await shared.announce("room", "ws", "a", streams=True, ttl_seconds=60)
    server.process.kill()
    assert await shared.is_watched("room", "ws", streams=True)
    await shared.withdraw("room", "ws", "a")
    assert not await shared.is_watched("room", "ws", streams=True)


async def test_no_answer_grows_meanwhile_and_take_overs_get_what_this_process_has_shown(
    server: RedisServer, shared: RedisSharedState
) -> None:
    server.start()
    assert await shared.show(growing("Hel"))
    server.process.kill()
    assert not await shared.show(growing("Hello"))
    assert await shared.fence("room", 1) == [growing("Hel")]
    await shared.conceal("room", "1")
    assert await shared.fence("room", 2) == []


async def test_outage_and_return_are_told_once_each(
    server: RedisServer,
    shared: RedisSharedState,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "roomkit.core.shared")
    for _ in range(3):
        await shared.admit("sms", SLOW)
        await clock.advance(ASK_AGAIN_AFTER_S)
    server.start()
    for _ in range(3):
        await shared.admit("sms", SLOW)
    assert caplog.messages == [AWAY, BACK]


async def test_silent_redis_is_left_alone_for_a_while(
    server: RedisServer, shared: RedisSharedState, clock: FakeClock
) -> None:
    await shared.admit("sms", SLOW)
    server.start()
    asked = [await shared.admit("sms", SLOW)]
    await clock.advance(ASK_AGAIN_AFTER_S)
    asked.append(await shared.admit("sms", SLOW))
    assert [admission and admission.is_shared for admission in asked] == [False, True]


async def test_restart_forgets_breakers_and_leaves_no_process_behind(
    server: RedisServer, shared: RedisSharedState, clock: FakeClock
) -> None:
    server.start()
    await fail(shared, times=5)
    late = await shared.admit("mail", SLOW)
    server.process.kill()
    assert late is not None
    assert await shared.report(late, FAILURE) is None
    server.start()
    await clock.advance(ASK_AGAIN_AFTER_S)
    admission = await shared.admit("sms", SLOW)
    assert admission is not None
    assert admission.is_shared
