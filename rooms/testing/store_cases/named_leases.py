"""Leases that go by a name: one owner at a time.

Leases of negative length stand for leases that have run out.
"""

import asyncio

from rooms.stores.base import ConversationStore

HOUR = 3600.0
RUN_OUT = -60.0


async def test_a_named_lease_has_one_owner(store: ConversationStore) -> None:
    assert await store.acquire_lease("timers", "node-1", seconds=HOUR)
    assert not await store.acquire_lease("timers", "node-2", seconds=HOUR)
    assert await store.acquire_lease("chat:ann", "node-2", seconds=HOUR)


async def test_one_of_many_gets_a_named_lease(store: ConversationStore) -> None:
    owners = [f"node-{number}" for number in range(10)]
    asked = (store.acquire_lease("timers", owner, seconds=HOUR) for owner in owners)
    assert sum(await asyncio.gather(*asked)) == 1


async def test_an_owner_renews_its_named_lease(store: ConversationStore) -> None:
    await store.acquire_lease("timers", "node-1", seconds=RUN_OUT)
    assert await store.acquire_lease("timers", "node-1", seconds=HOUR)
    assert not await store.acquire_lease("timers", "node-2", seconds=HOUR)


async def test_a_named_lease_that_ran_out_goes_to_the_next(store: ConversationStore) -> None:
    await store.acquire_lease("timers", "node-1", seconds=RUN_OUT)
    assert await store.acquire_lease("timers", "node-2", seconds=HOUR)
    assert not await store.acquire_lease("timers", "node-1", seconds=HOUR)


async def test_a_named_lease_that_was_given_back_is_free(store: ConversationStore) -> None:
    await store.acquire_lease("timers", "node-1", seconds=HOUR)
    await store.release_lease("timers", "node-1")
    assert await store.acquire_lease("timers", "node-2", seconds=HOUR)


async def test_nobody_gives_back_the_named_lease_of_another(store: ConversationStore) -> None:
    await store.acquire_lease("timers", "node-1", seconds=HOUR)
    await store.release_lease("timers", "node-2")
    await store.release_lease("unknown", "node-2")
    assert not await store.acquire_lease("timers", "node-2", seconds=HOUR)
