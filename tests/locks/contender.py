"""One of several processes that want one room: `python -m tests.locks.contender KIND OWNER ROUNDS`.

KIND is `database` (of the site's settings) or `redis`. Inside the lock it counts itself into a
Redis at REDIS_URL and out again; it says at the end how often it was inside and the most that were
there at a time.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack, suppress

import django
from redis.asyncio import Redis

django.setup()

from rooms.domain.errors import RoomAlreadyExistsError  # noqa: E402 - after Django's apps
from rooms.locks.base import RoomLockManager  # noqa: E402
from rooms.locks.database import DatabaseLockManager  # noqa: E402
from rooms.locks.redis import RedisLockManager  # noqa: E402
from rooms.stores.orm import OrmStore  # noqa: E402
from rooms.testing.factories import make_room  # noqa: E402
from tests.together import wait_for_the_others  # noqa: E402

ROOM = "room"
LEASE_S = 5.0


async def open_locks(kind: str, owner: str, stack: AsyncExitStack) -> RoomLockManager:
    """Return the process's locks; they are closed with the stack."""
    locks: RoomLockManager
    if kind == "redis":
        locks = RedisLockManager(os.environ["REDIS_URL"], seconds=LEASE_S)
    else:
        store = OrmStore()
        stack.push_async_callback(store.close)
        with suppress(RoomAlreadyExistsError):
            await store.create_room(make_room(ROOM))
        locks = DatabaseLockManager(store, owner=owner, seconds=LEASE_S)
    stack.push_async_callback(locks.close)
    return locks


async def contend(locks: RoomLockManager, counter: "Redis", rounds: int) -> dict[str, int]:
    """Enter the room again and again, by four tasks at a time."""
    seen: list[int] = []

    async def visit() -> None:
        async with locks.locked(ROOM):
            seen.append(int(await counter.incr("inside")))
            await counter.decr("inside")

    for _ in range(rounds):
        await asyncio.gather(*(visit() for _ in range(4)))
    return {"visits": len(seen), "most": max(seen)}


async def main(kind: str, owner: str, rounds: int) -> None:
    """Contend as soon as all are there, and say what was seen."""
    async with AsyncExitStack() as stack:
        counter = await stack.enter_async_context(Redis.from_url(os.environ["REDIS_URL"]))
        locks = await open_locks(kind, owner, stack)
        await asyncio.to_thread(wait_for_the_others)
        print(json.dumps(await contend(locks, counter, rounds)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
