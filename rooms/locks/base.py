"""The lock contract: mutual exclusion per room (RFC §13.5)."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from rooms.domain.lease import LeaseRequest, RoomEntry


class Hold:
    """A room that was entered; where no lease is needed there is none to ask for.

    Who enters reads the room with `await hold.entered(store.enter_room(…, lease=hold.request))`,
    commits with `hold.token` and calls `freed()` when the commit gave the lease back.
    """

    @property
    def request(self) -> LeaseRequest | None:
        """The lease to take along with reading the room.

        None when the lock needs none or has it already: then it is not this hold's to give back
        with a commit either.
        """
        return None

    @property
    def token(self) -> int | None:
        """The room's lease by which a commit proves that it may write; None asks for no proof."""
        return None

    def adopt(self, token: int) -> None:
        """Take over the lease that came with the read; it is given back at the end."""

    def freed(self) -> None:
        """Hear that the commit has given the lease back."""

    async def entered(self, entry: Awaitable[RoomEntry]) -> RoomEntry:
        """Await the entry and adopt the lease that comes with it.

        If the caller is cancelled meanwhile, the lease is given back as soon as it has come.
        """
        return await entry


class RoomLockManager(ABC):
    """Hands out one lock per room; different rooms never wait for each other."""

    @abstractmethod
    def locked(self, room_id: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of `room_id` inside `async with`.

        The same logical caller may enter again. Cancelling a waiter leaves the lock sound.

        Raises:
            StoreUnavailableError: If what the processes share does not answer.
        """

    @abstractmethod
    def holds(self, room_id: str) -> bool:
        """Tell whether the running task (or a task that started it) holds the lock."""

    def locked_key(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of something that is not a room, such as a sender being routed.

        Raises:
            StoreUnavailableError: If what the processes share does not answer.
        """
        return self.locked(key)

    @asynccontextmanager
    async def entering(self, room_id: str) -> AsyncIterator[Hold]:
        """Hold the lock of `room_id`; its lease, if there is one, rides on the read and the commit.

        Raises:
            StoreUnavailableError: If what the processes share does not answer.
        """
        async with self.locked(room_id):
            yield Hold()

    async def close(self) -> None:
        """Give back what belongs to the running event loop."""
