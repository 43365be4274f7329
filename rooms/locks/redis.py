"""Room locks in Redis."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import uuid4

from rooms.domain.errors import StoreUnavailableError
from rooms.locks.base import Hold, RoomLockManager
from rooms.locks.leased import LeasedLocks, Tenure
from rooms.shared.clients import REDIS_ERRORS, RedisClients

# A lock is two keys: one while it is held, and one that stays and says who took the lock last.
TAKE = """
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
return 1
"""

# A lock that is free is taken again only by who took it last: another may have been in the room and
# gone. A Redis that was restarted may have forgotten both keys; then it was nobody else's either.
RENEW = """
local lost = {}
for i = 1, #KEYS, 2 do
  local token = ARGV[2 + (i + 1) / 2]
  local holder = redis.call('GET', KEYS[i])
  local last = redis.call('GET', KEYS[i + 1])
  if holder == token or (not holder and (not last or last == token)) then
    redis.call('SET', KEYS[i], token, 'PX', ARGV[1])
    redis.call('SET', KEYS[i + 1], token, 'PX', ARGV[2])
  else
    lost[#lost + 1] = KEYS[i]
  end
end
return lost
"""

GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


# For how long Redis remembers who held a lock last.
REMEMBERED_MS = 24 * 60 * 60 * 1000

# Tokens of rooms begin at 0, so a commit that names this one is refused.
NO_TOKEN = -1


class RedisLockManager(RoomLockManager):
    """One holder at a time per room among all processes on one Redis.

    A lock is a key with a random token and a time limit. A holder that stood still for so long that
    its lock may have run out has its commit refused and enters the room anew; so has one whose
    lock another took meanwhile.

    That is judged by the holder's own clock when it makes its commit, and Redis is not asked again.
    What remains: a process that stops between that moment and the database's answer for longer than
    its lock lasts, one on a host that slept (sleep does not count as time there), and a Redis that
    forgot a lock and gave it to another. Then the hooks of two events may have seen the same state
    of the room. The timeline stays sound all the same: commits of a room wait for each other by the
    lock of its row, and `UNIQUE (room, index)` and `UNIQUE (room, idempotency_key)` hold. Where
    hooks rely on the lock without exception take `DatabaseLockManager`, whose commits are fenced by
    the database itself.

    Locks reach one Redis, not a cluster of them. It remembers each room for a day.

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

    @asynccontextmanager
    async def entering(self, room_id: str) -> AsyncIterator[Hold]:
        """Hold the lock of `room_id`; a commit is refused once the lock may have run out.

        Raises:
            StoreUnavailableError: If Redis does not answer.
        """
        async with self._locks.secured(self._room_key(room_id)) as tenure:
            yield _TimedHold(tenure)

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


class _TimedHold(Hold):
    """A lock that counts for as long as nobody else can have it."""

    def __init__(self, tenure: Tenure[str]) -> None:
        self._tenure = tenure
        self._token = tenure.token

    @property
    def token(self) -> int | None:
        is_sure = self._token is not None and self._tenure.is_sure(self._token)
        return None if is_sure else NO_TOKEN


class _RedisLeases:
    """Keys with a time limit; a random token tells whose."""

    def __init__(self, clients: RedisClients, *, seconds: float) -> None:
        self._clients = clients
        self._milliseconds = round(seconds * 1000)

    async def take(self, key: str) -> str | None:
        token = uuid4().hex
        taken = await self._run(TAKE, {key: token}, token, self._milliseconds, REMEMBERED_MS)
        return token if taken else None

    async def renew(self, held: Mapping[str, str]) -> Collection[str]:
        limits = self._milliseconds, REMEMBERED_MS
        lost: list[str] = await self._run(RENEW, held, *limits, *held.values())
        return lost

    async def give_back(self, key: str, token: str) -> None:
        await self._run(GIVE_BACK, {key: token}, token)

    async def _run(self, script: str, held: Mapping[str, str], *args: str | int) -> Any:
        try:
            keys = [name for key in held for name in (key, f"{key}:last")]
            return await self._clients.run(script, keys=keys, args=args)
        except REDIS_ERRORS as error:
            raise StoreUnavailableError(
                f"Redis did not answer for the lock {', '.join(held)} ({error}): nothing was "
                "stored, try again with the same key; check REDIS_URL if it stays so"
            ) from error
