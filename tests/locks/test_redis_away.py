"""A Redis that is away refuses locks clearly; one that comes back gives them again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from rooms.domain.errors import StoreUnavailableError
from rooms.locks.redis import RedisLockManager
from rooms.testing.lock_suite import MORTAL_LEASE_S, PATIENCE_S, ROOM, Visitor, is_free
from rooms.testing.shared_state_suite import eventually
from tests.cluster.redis_server import RedisServer

pytestmark = pytest.mark.redis_server

KEY = f"roomkit:lock:room:{ROOM}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that is not there yet."""
    server = RedisServer(tmp_path)
    yield server
    server.process.kill()


@pytest.fixture
async def locks(server: RedisServer) -> AsyncIterator[RedisLockManager]:
    manager = RedisLockManager(server.url, seconds=MORTAL_LEASE_S)
    yield manager
    await manager.close()


@pytest.fixture
def client(server: RedisServer) -> Iterator["redis.Redis"]:
    server.start()
    with redis.Redis.from_url(server.url) as client:
        yield client


async def refuse(locks: RedisLockManager) -> None:
    with pytest.raises(StoreUnavailableError, match="Redis did not answer for the lock"):
        await is_free(locks, patience_s=PATIENCE_S)


async def test_redis_that_is_away_refuses_and_nobody_is_locked_out_afterwards(
    server: RedisServer, locks: RedisLockManager
) -> None:
    await refuse(locks)
    server.start()
    assert await is_free(locks, patience_s=PATIENCE_S)


async def test_connections_are_made_anew_after_a_restart(
    server: RedisServer, locks: RedisLockManager
) -> None:
    server.start()
    assert await is_free(locks, patience_s=PATIENCE_S)
    server.process.kill()
    await refuse(locks)
    server.start()
    assert await is_free(locks, patience_s=PATIENCE_S)


async def test_section_ends_in_peace_when_redis_has_gone_away_meanwhile(
    server: RedisServer, locks: RedisLockManager
) -> None:
    server.start()
    async with asyncio.timeout(PATIENCE_S), locks.locked(ROOM):
        server.process.kill()
    assert not locks.holds(ROOM)


async def test_lock_that_redis_forgot_is_put_back_while_it_is_held(
    client: "redis.Redis", locks: RedisLockManager
) -> None:
    holder = Visitor(locks.locked(ROOM))
    await holder.enter()
    client.flushall()

    async def is_back() -> bool:
        return bool(client.exists(KEY))

    await eventually(is_back)
    await holder.leave()
    assert not await is_back()


async def test_lock_that_another_took_is_reported_and_left_alone(
    client: "redis.Redis", locks: RedisLockManager, caplog: pytest.LogCaptureFixture
) -> None:
    holder = Visitor(locks.locked(ROOM))
    await holder.enter()
    client.set(KEY, "another")

    async def is_reported() -> bool:
        return [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
            "lease lost"
        ]

    await eventually(is_reported)
    await holder.leave()
    assert client.get(KEY) == b"another"
