"""Room locks by leases in the database: nothing but the store is needed."""

from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256
from typing import Protocol

from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.locks.base import Hold, RoomLockManager
from rooms.locks.leased import LeasedLocks, Tenure


class LeaseStore(Protocol):
    """The verbs of a `ConversationStore` that keep leases."""

    async def take_room_lease(self, room_id: str, lease: LeaseRequest) -> int | None:
        """Return the token, None when another has the room, 0 when there is no such room."""

    async def renew_room_leases(self, held: Mapping[str, int], *, seconds: float) -> None:
        """Let the leases end in `seconds` from now where the token still matches."""

    async def leave_room(self, room_id: str, token: int) -> None:
        """Give a lease back if the token still matches."""

    async def acquire_lease(self, name: str, owner: str, *, seconds: float) -> bool:
        """Take or renew a lease by name; tell whether the owner has it."""

    async def release_lease(self, name: str, owner: str) -> None:
        """Give a lease by name back."""


class DatabaseLockManager(RoomLockManager):
    """One holder at a time per room among all processes on one database.

    A room's lease is columns of its row, so that it rides on the read and the commit that happen
    anyway (see `entering`); its token grows with each taking, and a commit under an old one is
    refused. Whatever is no room is locked by a lease of that name.

    Args:
        store: The database all processes use.
        owner: Names this process.
        seconds: How long a lease lasts when its process dies. It is renewed while it is held.
    """

    def __init__(self, store: LeaseStore, *, owner: str, seconds: float) -> None:
        self._request = LeaseRequest(owner=owner, seconds=seconds)
        self._rooms = LeasedLocks(_RoomLeases(store, self._request), seconds=seconds)
        self._names = LeasedLocks(_NamedLeases(store, self._request), seconds=seconds)

    def locked(self, room_id: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of `room_id` inside `async with`; a room that is not there needs none."""
        return self._rooms.locked(room_id)

    def holds(self, room_id: str) -> bool:
        """Tell whether the running task (or a task that started it) holds the lock."""
        return self._rooms.holds(room_id)

    def locked_key(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of something that is not a room inside `async with`."""
        # Keys are made of ids and addresses; together they may be longer than a name may be.
        return self._names.locked(f"lock:{sha256(key.encode()).hexdigest()}")

    @asynccontextmanager
    async def entering(self, room_id: str) -> AsyncIterator[Hold]:
        """Hold the lock in this process; the hold asks for the lease with the read."""
        async with self._rooms.visit(room_id) as tenure:
            yield _LeaseHold(self._rooms, tenure, self._request)

    async def close(self) -> None:
        """End what goes on in the background of the running event loop."""
        await self._rooms.close()
        await self._names.close()


class _LeaseHold(Hold):
    """Takes a room's lease along with the read, unless the running task has it already.

    The token is the one it came in with, also when the section's lease ends before this hold does:
    a task that a hook left behind may commit after the event that called the hook. Its commit is
    then refused if another process has been in the room since.
    """

    def __init__(self, locks: LeasedLocks[int], tenure: Tenure[int], request: LeaseRequest) -> None:
        self._locks = locks
        self._tenure = tenure
        self._token = tenure.token
        self._request = request if tenure.token is None else None

    @property
    def request(self) -> LeaseRequest | None:
        return self._request

    @property
    def token(self) -> int | None:
        return self._token

    def adopt(self, token: int) -> None:
        self._token = token
        self._locks.adopt(self._tenure, token)

    def freed(self) -> None:
        self._locks.freed(self._tenure)

    async def entered(self, entry: Awaitable[RoomEntry]) -> RoomEntry:
        answer = await self._locks.ask(self._tenure, entry, _token_of)
        self._token = answer.lease_token or self._token
        return answer


def _token_of(entry: RoomEntry) -> int | None:
    return entry.lease_token


class _RoomLeases:
    """Leases of rooms; tokens prove to a commit that the room was not lost."""

    def __init__(self, store: LeaseStore, request: LeaseRequest) -> None:
        self._store = store
        self._request = request

    async def take(self, key: str) -> int | None:
        return await self._store.take_room_lease(key, self._request)

    async def renew(self, held: Mapping[str, int]) -> Collection[str]:
        # The store does not tell which were lost; their commits will be refused.
        await self._store.renew_room_leases(held, seconds=self._request.seconds)
        return ()

    async def give_back(self, key: str, token: int) -> None:
        await self._store.leave_room(key, token)


class _NamedLeases:
    """Leases of names; the owner is their token."""

    def __init__(self, store: LeaseStore, request: LeaseRequest) -> None:
        self._store = store
        self._owner = request.owner
        self._seconds = request.seconds

    async def take(self, key: str) -> str | None:
        taken = await self._store.acquire_lease(key, self._owner, seconds=self._seconds)
        return self._owner if taken else None

    async def renew(self, held: Mapping[str, str]) -> Collection[str]:
        return [key for key in held if await self.take(key) is None]

    async def give_back(self, key: str, token: str) -> None:
        await self._store.release_lease(key, token)
