"""Ends of jobs are written together when they come together, and nobody lingers for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import chain

import pytest

from rooms import DeliveryFinish, DeliveryState, InMemoryStore, StoreUnavailableError
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.leases import LeaseKeeper
from rooms.pipeline.outbox import Outbox
from rooms.pipeline.spawning import TaskGroup
from rooms.testing.clock import FakeClock


class SlowStore(InMemoryStore):
    """Writes when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.gate = asyncio.Event()
        self.failures: list[Exception] = []
        self.lost: set[str] = set()

    async def finish_deliveries(self, finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
        """Note the batch, wait, then fail or not."""
        self.batches.append([finish.id for finish in finishes])
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        return frozenset(finish.id for finish in finishes) - self.lost


@pytest.fixture
def slow() -> SlowStore:
    return SlowStore()


@pytest.fixture
async def outbox(slow: SlowStore) -> AsyncIterator[Outbox]:
    tasks = TaskGroup()
    lanes = Lanes(tasks, {}, LeaseKeeper(slow, tasks, node="here", seconds=60))
    yield Outbox(slow, tasks, lanes)
    await tasks.close(timeout=1)


def end(outbox: Outbox, *ids: str) -> "asyncio.Task[frozenset[str]]":
    """Begin to write the ends of these jobs."""
    ends = tuple(DeliveryFinish(id=id_, state=DeliveryState.SENT, attempts=1) for id_ in ids)
    return asyncio.ensure_future(outbox.finish(ends))


async def test_nothing_is_written_for_nothing(outbox: Outbox, slow: SlowStore) -> None:
    await end(outbox)

    assert slow.batches == []


async def test_caller_returns_when_its_end_is_stored(
    outbox: Outbox, slow: SlowStore, clock: FakeClock
) -> None:
    ending = end(outbox, "a")
    await clock.settle()
    returned_early = ending.done()

    slow.gate.set()
    await ending

    assert (returned_early, slow.batches) == (False, [["a"]])


async def test_first_end_is_written_at_once_and_what_comes_meanwhile_together(
    outbox: Outbox, slow: SlowStore, clock: FakeClock
) -> None:
    first = end(outbox, "a")
    await clock.settle()
    rest = [end(outbox, "b"), end(outbox, "c", "d")]
    await clock.settle()

    slow.gate.set()
    await asyncio.gather(first, *rest)

    assert slow.batches == [["a"], ["b", "c", "d"]]


async def test_end_after_a_pause_is_written_too(outbox: Outbox, slow: SlowStore) -> None:
    slow.gate.set()
    await end(outbox, "a")

    await end(outbox, "b")

    assert slow.batches == [["a"], ["b"]]


async def test_failure_is_told_to_those_of_its_batch_only(
    outbox: Outbox, slow: SlowStore, clock: FakeClock
) -> None:
    slow.failures = [StoreUnavailableError("gone")]
    first = end(outbox, "a")
    await clock.settle()
    second = end(outbox, "b")

    slow.gate.set()
    results = await asyncio.gather(first, second, return_exceptions=True)

    assert [type(result) for result in results] == [StoreUnavailableError, frozenset]


async def test_row_that_was_lost_is_not_held_because_others_of_its_batch_are(
    outbox: Outbox, slow: SlowStore, clock: FakeClock
) -> None:
    slow.lost = {"b"}
    first = end(outbox, "a")
    await clock.settle()
    rest = [end(outbox, "b"), end(outbox, "c")]
    await clock.settle()

    slow.gate.set()

    assert await first == {"a"}
    assert [await ending for ending in rest] == [frozenset(), {"c"}]


async def test_end_is_written_although_its_caller_has_gone(
    outbox: Outbox, slow: SlowStore, clock: FakeClock
) -> None:
    first, gone, last = end(outbox, "a"), end(outbox, "b"), end(outbox, "c")
    await clock.settle()
    gone.cancel()

    slow.gate.set()
    await asyncio.gather(first, last)

    assert sorted(chain.from_iterable(slow.batches)) == ["a", "b", "c"]
