"""The lock of one process passes the contract."""

import pytest

from rooms.locks.memory import InMemoryLockManager
from rooms.testing.lock_suite import LockSuite


class TestInMemoryLocks(LockSuite):
    """The shared contract."""

    @pytest.fixture
    def locks(self) -> InMemoryLockManager:
        return InMemoryLockManager()

    @pytest.fixture
    def peer(self, locks: InMemoryLockManager) -> InMemoryLockManager:
        return locks
