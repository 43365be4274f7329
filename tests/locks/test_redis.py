"""Locks in Redis pass the contract."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from rooms.locks.redis import RedisLockManager
from rooms.testing.lock_suite import MORTAL_LEASE_S, SharedLockSuite
from tests.addresses import REDIS_URL

pytestmark = pytest.mark.redis


@asynccontextmanager
async def process(prefix: str, *, seconds: float = 60.0) -> AsyncIterator[RedisLockManager]:
    """Yield the manager of a process."""
    manager = RedisLockManager(REDIS_URL, seconds=seconds, prefix=prefix)
    yield manager
    await manager.close()


class TestRedisLocks(SharedLockSuite):
    """The shared contract."""

    @pytest.fixture
    def prefix(self) -> str:
        return f"roomkit-test-{uuid4().hex}"

    @pytest.fixture
    async def locks(self, prefix: str) -> AsyncIterator[RedisLockManager]:
        async with process(prefix) as manager:
            yield manager

    @pytest.fixture
    async def peer(self, prefix: str) -> AsyncIterator[RedisLockManager]:
        async with process(prefix) as manager:
            yield manager

    @pytest.fixture
    async def mortal(self, prefix: str) -> AsyncIterator[RedisLockManager]:
        async with process(prefix, seconds=MORTAL_LEASE_S) as manager:
            yield manager
