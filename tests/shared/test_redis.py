"""The state in Redis passes the contract, also where processes differ."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import redis

from rooms.domain.policies import RateLimit
from rooms.shared.redis import RedisSharedState
from rooms.testing.shared_state_suite import SharedStateSuite, fail, growing
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
    await shared.show(growing("Hello"))
    await shared.fence("room", 1)
    with redis.Redis.from_url(REDIS_URL, decode_responses=True) as client:
        kept = [key for key in client.scan_iter(f"{shared.prefix}*") if client.ttl(key) == -1]
    assert kept == [f"{shared.prefix}:breakers"]


async def test_many_answers_grow_at_once_over_few_connections(
    shared: RedisSharedState, peer: RedisSharedState
) -> None:
    await peer.fence("room-7", 1)
    answers = [growing("Hello", room_id=f"room-{number}") for number in range(500)]
    allowed = await asyncio.gather(*map(shared.show, answers))
    assert [number for number, may_show in enumerate(allowed) if not may_show] == [7]
    assert await peer.fence("room-499", 1) == [answers[-1]]


async def test_who_is_cancelled_takes_no_other_answer_along(shared: RedisSharedState) -> None:
    shows = [asyncio.ensure_future(shared.show(growing("Hi", room_id=room))) for room in "ab"]
    await asyncio.sleep(0)
    shows[0].cancel()
    assert await shows[1]
