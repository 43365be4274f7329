"""What goes between a process and its leases, when leases take their time."""

import asyncio
from collections.abc import Collection, Mapping
from contextvars import copy_context

import pytest

from rooms.locks.leased import LeasedLocks
from rooms.testing.lock_suite import PATIENCE_S, Visitor

KEY = "key"
RENEWED_EVERY_S = 0.01


class SlowLeases:
    """Notes what it is asked in order; a renewal takes until it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_renewing = asyncio.Event()
        self.may_renew = asyncio.Event()

    async def take(self, key: str) -> int | None:
        await asyncio.sleep(0)
        self.asked.append("take")
        return 1

    async def renew(self, held: Mapping[str, int]) -> Collection[str]:
        self.is_renewing.set()
        await self.may_renew.wait()
        self.asked.append("renewed")
        return ()

    async def give_back(self, key: str, token: int) -> None:
        self.asked.append("give back")


@pytest.fixture
async def leases() -> SlowLeases:
    return SlowLeases()


async def test_late_renewal_does_not_revive_a_lease_that_was_given_back(
    leases: SlowLeases,
) -> None:
    locks = LeasedLocks(leases, seconds=3 * RENEWED_EVERY_S)
    holder = Visitor(locks.locked(KEY))
    async with asyncio.timeout(PATIENCE_S):
        await leases.is_renewing.wait()
        leaving = asyncio.create_task(holder.leave())
        for _ in range(10):  # it gets as far as it can
            await asyncio.sleep(0)
        leases.may_renew.set()
        await leaving
    assert leases.asked == ["take", "renewed", "give back"]


async def test_tasks_of_one_section_share_one_lease(leases: SlowLeases) -> None:
    locks = LeasedLocks(leases, seconds=60)
    async with locks.visit(KEY):
        children = [Visitor(locks.locked(KEY), copy_context()) for _ in range(2)]
        await asyncio.gather(*(child.enter() for child in children))
        await asyncio.gather(*(child.leave() for child in children))
    assert leases.asked == ["take", "give back"]


async def test_closing_ends_what_goes_on_in_the_background(leases: SlowLeases) -> None:
    locks = LeasedLocks(leases, seconds=3 * RENEWED_EVERY_S)
    holder = Visitor(locks.locked(KEY))
    async with asyncio.timeout(PATIENCE_S):
        await leases.is_renewing.wait()
        leases.may_renew.set()
        await locks.close()
    assert leases.asked == ["take", "renewed"]
    await holder.leave()
