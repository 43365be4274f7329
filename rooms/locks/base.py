"""The lock contract: mutual exclusion per room (RFC §13.5)."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager


class RoomLockManager(ABC):
    """Hands out one lock per room; different rooms never wait for each other."""

    @abstractmethod
    def locked(self, room_id: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock of `room_id` inside `async with`.

        The same logical caller may enter again. Cancelling a waiter leaves the lock sound.
        """

    @abstractmethod
    def holds(self, room_id: str) -> bool:
        """Tell whether the running task (or a task that started it) holds the lock."""
