"""Room locks in Redis."""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

from rooms.domain.errors import StoreUnavailableError
from rooms.locks.base import RoomLockManager
from rooms.locks.leased import LeasedLocks
from rooms.shared.clients import REDIS_ERRORS, RedisClients

TAKE = """
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0
"""

# A Redis that was restarted may have forgotten a lock; then it is nobody else's either.
RENEW = """
local lost = {}
for i, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= ARGV[i + 1] then
    lost[#lost + 1] = key
  else
    redis.call('SET', key, ARGV[i + 1], 'PX', ARGV[1])
  end
end
return lost
"""

GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class RedisLockManager(RoomLockManager):
    """One holder at a time per room among all processes on one Redis.

    A lock is a key with a random token and a time limit. It is as trustworthy as the memory of
    that Redis: should it forget a lock and give it away again, the database still gives each place
    in a timeline away once only. Locks reach one Redis, not a cluster of them.

    Args:
        url: Where Redis is, such as `redis://127.0.0.1:6379/0`.
        seconds: How long a lock lasts when its process dies. It is renewed while it is held.
        prefix: What the names of its keys begin with.
    """

    def __init__(self, url: str, *, seconds: float, prefix: str = "roomkit") -> None:
        self._prefix = prefix
        self._clients = RedisClients(url)
        leases = _RedisLeases(self._clients, seconds=seconds)
        self._locks = LeasedLocks(leases, seconds=seconds)

    def locked(self, room_id: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of `room_id` inside `async with`.

        Raises:
            StoreUnavailableError: If Redis does not answer.
        """
        return self._locks.locked(self._room_key(room_id))

    def holds(self, room_id: str) -> bool:
        """Tell whether the running task (or a task that started it) holds the lock."""
        return self._locks.holds(self._room_key(room_id))

    def locked_key(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of something that is not a room inside `async with`.

        Raises:
            StoreUnavailableError: If Redis does not answer.
        """
        return self._locks.locked(f"{self._prefix}:lock:name:{key}")

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._locks.close()
        await self._clients.close()

    def _room_key(self, room_id: str) -> str:
        return f"{self._prefix}:lock:room:{room_id}"


class _RedisLeases:
    """Keys with a time limit; a random token tells whose."""

    def __init__(self, clients: RedisClients, *, seconds: float) -> None:
        self._clients = clients
        self._milliseconds = round(seconds * 1000)

    async def take(self, key: str) -> str | None:
        token = uuid4().hex
        taken = await self._run(TAKE, {key: token}, token, self._milliseconds)
        return token if taken else None

    async def renew(self, held: Mapping[str, str]) -> Collection[str]:
        lost: list[str] = await self._run(RENEW, held, self._milliseconds, *held.values())
        return lost

    async def give_back(self, key: str, token: str) -> None:
        await self._run(GIVE_BACK, {key: token}, token)

    async def _run(self, script: str, held: Mapping[str, str], *args: str | int) -> Any:
        try:
            return await self._clients.run(script, keys=list(held), args=args)
        except REDIS_ERRORS as error:
            raise StoreUnavailableError(
                f"Redis did not answer for the lock {', '.join(held)} ({error}): nothing was "
                "stored, try again with the same key; check REDIS_URL if it stays so"
            ) from error
