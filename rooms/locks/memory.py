"""Room locks inside one process."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

from rooms.locks.base import RoomLockManager
from rooms.locks.fair_lock import FairLock, Turn


@dataclass(eq=False)
class _Entry:
    """A room's lock and how many tasks hold it or wait for it."""

    lock: FairLock = field(default_factory=FairLock)
    users: int = 0


@dataclass(eq=False)
class Section:
    """One acquisition; `depth` counts how often it was entered and not yet left."""

    owner: "InMemoryLockManager"
    room_id: str
    entry: _Entry
    turn: Turn
    depth: int = 0


_sections: ContextVar[tuple[Section, ...]] = ContextVar("roomkit_room_sections", default=())


class InMemoryLockManager(RoomLockManager):
    """One lock per room for the tasks of this process; waiters are served in order.

    The lock is re-entrant by context: a task that the holder starts while it holds the lock counts
    as holding it too and does not wait, so two such tasks do not exclude each other. The lock is
    free again once every section entered that way has been left. A task that was started under the
    lock and asks after that waits like anybody.

    Several processes need a lock that they share: use the database or Redis lock there.

    Args:
        max_locks: How many locks are kept for reuse. Above that the idle one that was asked for
            least recently is dropped; a lock that is held or waited for never is.
    """

    def __init__(self, max_locks: int = 1024) -> None:
        self._max_locks = max_locks
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._mutex = Lock()

    @property
    def size(self) -> int:
        """How many locks are kept now."""
        return len(self._entries)

    @asynccontextmanager
    async def locked(self, room_id: str) -> AsyncIterator[None]:
        """Hold the lock of `room_id` inside `async with`, waiting without a limit."""
        section = await self.enter(room_id)
        try:
            yield
        finally:
            if self.end(section):
                self.free(section)

    def holds(self, room_id: str) -> bool:
        """Tell whether the running task (or a task that started it) holds the lock."""
        return self._current(room_id) is not None

    # -- the same in steps, for locks that also need the consent of other processes

    async def enter(self, room_id: str) -> Section:
        """Wait for the lock, unless the running task holds it; `end` it as often as entered."""
        return self._enter_again(room_id) or await self._acquire(room_id)

    def end(self, section: Section) -> bool:
        """Leave a section; tell whether it was left by all, so that it must be freed."""
        with self._mutex:
            section.depth -= 1
            if section.depth:
                return False
        _sections.set(_living_sections())
        return True

    def free(self, section: Section) -> None:
        """Let the next one in; may be called by any task and thread, once."""
        section.entry.lock.release(section.turn)
        self._give_back(section.entry)

    def _current(self, room_id: str) -> Section | None:
        for section in _living_sections():
            if section.owner is self and section.room_id == room_id:
                return section
        return None

    def _enter_again(self, room_id: str) -> Section | None:
        with self._mutex:
            section = self._current(room_id)
            if section is not None:
                section.depth += 1
        return section

    async def _acquire(self, room_id: str) -> Section:
        entry = self._borrow(room_id)
        try:
            turn = await entry.lock.acquire()
        except BaseException:  # a cancelled waiter uses the lock no more
            self._give_back(entry)
            raise
        section = Section(self, room_id, entry, turn, depth=1)
        _sections.set((*_living_sections(), section))
        return section

    def _borrow(self, room_id: str) -> _Entry:
        with self._mutex:
            entry = self._entries.setdefault(room_id, _Entry())
            self._entries.move_to_end(room_id)
            entry.users += 1
            self._drop_idle()
        return entry

    def _give_back(self, entry: _Entry) -> None:
        with self._mutex:
            entry.users -= 1
            self._drop_idle()

    def _drop_idle(self) -> None:
        """Drop surplus idle locks, the least recently used first; called under the mutex."""
        surplus = len(self._entries) - self._max_locks
        if surplus <= 0:
            return
        idle = (room_id for room_id, entry in self._entries.items() if not entry.users)
        for room_id in list(islice(idle, surplus)):
            del self._entries[room_id]


def _living_sections() -> tuple[Section, ...]:
    """Return the sections of the running context that have not ended."""
    return tuple(section for section in _sections.get() if section.depth)
