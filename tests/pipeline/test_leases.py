"""Leases are renewed while the work goes on, and no longer."""

import asyncio
from collections.abc import Collection

import pytest

from rooms import InMemoryStore, StoreUnavailableError, Worker
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.spawning import TaskGroup
from rooms.testing.rig import PATIENCE_S, Recorder
from tests.kit_fixtures import MakeKit
from tests.scene import Scene


class LeaseBook(InMemoryStore):
    """Notes renewals; fails at the first if told to."""

    def __init__(self, *, fails_first: bool = False) -> None:
        super().__init__()
        self.renewed: list[tuple[str, tuple[str, ...], float]] = []
        self.fails_first = fails_first
        self.news = asyncio.Event()

    async def renew_leases(
        self, owner: str, delivery_ids: Collection[str], *, seconds: float
    ) -> int:
        """Note, then fail or renew."""
        self.renewed.append((owner, tuple(delivery_ids), seconds))
        self.news.set()
        if self.fails_first and len(self.renewed) == 1:
            raise StoreUnavailableError("gone for a moment")
        return await super().renew_leases(owner, delivery_ids, seconds=seconds)

    async def until_renewed(self, count: int) -> None:
        """Wait for so many renewals."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.renewed) < count:
                self.news.clear()
                await self.news.wait()


@pytest.mark.parametrize("fails_first", [False, True])
async def test_lease_is_renewed_while_the_work_goes_on(fails_first: bool) -> None:
    store = LeaseBook(fails_first=fails_first)
    keeper = LeaseKeeper(store, TaskGroup(), node="here", seconds=0.03)

    keeper.keep("row")

    await store.until_renewed(3)
    keeper.drop("row")
    assert store.renewed[:3] == [("here", ("row",), 0.03)] * 3


async def test_lease_is_renewed_as_long_as_any_row_is_held() -> None:
    store = LeaseBook()
    keeper = LeaseKeeper(store, TaskGroup(), node="here", seconds=0.03)
    for row in ("one", "two"):
        keeper.keep(row)

    keeper.drop("one")

    await store.until_renewed(1)
    assert (keeper.holds("one"), keeper.holds("two")) == (False, True)
    keeper.drop("two")


async def test_lease_is_not_renewed_when_the_work_is_done() -> None:
    store = LeaseBook()
    keeper = LeaseKeeper(store, TaskGroup(), node="here", seconds=0.03)
    keeper.keep("row")

    keeper.drop("row")

    await asyncio.sleep(0.05)
    assert store.renewed == []


async def test_work_that_outlasts_its_lease_stays_with_its_process(make_kit: MakeKit) -> None:
    store = LeaseBook()
    scene = Scene(make_kit(store=store, lease_seconds=0.06))
    await scene.open()
    phone = await scene.add(Recorder("phone"))
    gate = phone.hold()
    saying = asyncio.ensure_future(scene.say())
    await store.until_renewed(5)  # well beyond one lease

    other = make_kit(store=store, lease_seconds=0.06)
    taken = await Worker(other).sweep()
    gate.set()
    await saying

    assert (taken, len(phone.delivered)) == (0, 1)
