"""The state in Redis passes the contract, also where processes differ."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import redis

from rooms.domain.policies import RateLimit
from rooms.shared.redis import RedisSharedState
from rooms.testing.shared_state_suite import SharedStateSuite, fail
from tests.addresses import REDIS_URL

pytestmark = pytest.mark.redis


@pytest.fixture
async def shared() -> AsyncIterator[RedisSharedState]:
    prefix = f"roomkit-test-{uuid4().hex}"
    state = RedisSharedState(REDIS_URL, prefix=prefix)
    yield state
    await state.close()
    with redis.Redis.from_url(REDIS_URL) as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


@pytest.fixture
async def peer(shared: RedisSharedState) -> AsyncIterator[RedisSharedState]:
    state = RedisSharedState(REDIS_URL, prefix=shared.prefix)
    yield state
    await state.close()


class TestRedisSharedState(SharedStateSuite):
    """The shared contract."""


async def test_nothing_but_the_names_of_breakers_is_kept_for_ever(
    shared: RedisSharedState,
) -> None:
    await fail(shared, times=5)
    await shared.take_turn("sms", RateLimit(max_per_hour=1))
    await shared.announce("room", "ws", "a", streams=True, ttl_seconds=60)
    with redis.Redis.from_url(REDIS_URL, decode_responses=True) as client:
        kept = [key for key in client.scan_iter(f"{shared.prefix}*") if client.ttl(key) == -1]
    assert kept == [f"{shared.prefix}:breakers"]
