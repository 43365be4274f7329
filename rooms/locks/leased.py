"""Locks of several processes: first the lock of this process, then a lease that all see."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from rooms.locks.fair_lock import FairLock
from rooms.locks.memory import InMemoryLockManager, Section
from rooms.locks.renewal import Leases, Renewal, Token

logger = logging.getLogger("roomkit.core.locks")

Answer = TypeVar("Answer")

# Whoever holds a lease does not tell when it ends, so it is asked for again, at odds with others.
ASK_AGAIN_S = (0.005, 0.025)


class Tenure(Generic[Token]):
    """One section of this process and the lease that goes with it, once there is one."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.token: Token | None = None
        self.gate = FairLock()
        self.renewal: Renewal[Token] | None = None
        self.late: list[asyncio.Future[Token | None]] = []

    def is_sure(self, token: Token) -> bool:
        """Tell whether the lease of this token, by this process's clock, cannot have run out."""
        return self.renewal is not None and self.renewal.is_sure(self.key, token)


class LeasedLocks(Generic[Token]):
    """Re-entrant locks by name, each of them held in this process and then everywhere.

    Only one task of a process asks for a lease at a time; the others wait in this process, in
    order. Tasks that the holder starts hold the lock too, as in `InMemoryLockManager`. A lease is
    renewed while it is held and given back when the last section ends, however it ends. When a
    process dies or stands still, its lease runs out.

    Args:
        leases: Where the leases are.
        seconds: How long they last.
    """

    def __init__(self, leases: Leases[Token], *, seconds: float) -> None:
        self._leases = leases
        self._seconds = seconds
        self._local = InMemoryLockManager()
        self._tenures: WeakKeyDictionary[Section, Tenure[Token]] = WeakKeyDictionary()
        self._renewals: WeakKeyDictionary[asyncio.AbstractEventLoop, Renewal[Token]] = (
            WeakKeyDictionary()
        )
        self._endings: set[asyncio.Task[None]] = set()

    def holds(self, key: str) -> bool:
        """Tell whether the running task (or a task that started it) holds the lock."""
        return self._local.holds(key)

    def locked(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold the lock with its lease inside `async with`."""
        return self._locked(key)

    @asynccontextmanager
    async def _locked(self, key: str) -> AsyncIterator[None]:
        async with self.secured(key):
            yield

    @asynccontextmanager
    async def secured(self, key: str) -> AsyncIterator[Tenure[Token]]:
        """Hold the lock with its lease, and see what becomes of that."""
        async with self.visit(key) as tenure:
            await self._secure(tenure)
            yield tenure

    @asynccontextmanager
    async def visit(self, key: str) -> AsyncIterator[Tenure[Token]]:
        """Hold the lock in this process; its lease, once adopted, is given back at the end."""
        section = await self._local.enter(key)
        tenure = self._tenures.setdefault(section, Tenure(key))
        try:
            yield tenure
        finally:
            if self._local.end(section):
                await self._finish(section, tenure)

    def adopt(self, tenure: Tenure[Token], token: Token, *, asked_at: float | None = None) -> None:
        """Note that this section has the lease, and keep it alive.

        Args:
            tenure: The section.
            token: The lease.
            asked_at: Loop time in seconds at which it was asked for; None means now.
        """
        tenure.token = token
        tenure.renewal = self._renewal()
        tenure.renewal.keep(tenure.key, token, asked_at=asked_at)

    def freed(self, tenure: Tenure[Token]) -> None:
        """Note that the lease is over."""
        if tenure.renewal is not None:
            tenure.renewal.drop(tenure.key)
        tenure.token = None

    async def ask(
        self,
        tenure: Tenure[Token],
        asking: Awaitable[Answer],
        token_of: Callable[[Answer], Token | None],
    ) -> Answer:
        """Await an answer that may bring a lease, and adopt that.

        If the caller is cancelled meanwhile the question goes on: what it brings is given back.
        """
        question = asyncio.ensure_future(asking)
        asked_at = asyncio.get_running_loop().time()
        try:
            answer = await asyncio.shield(question)
        except asyncio.CancelledError:
            tenure.late.append(asyncio.ensure_future(_late(question, token_of)))
            raise
        if token := token_of(answer):
            self.adopt(tenure, token, asked_at=asked_at)
        return answer

    async def close(self) -> None:
        """End what goes on in the background of the running event loop."""
        loop = asyncio.get_running_loop()
        renewal = self._renewals.pop(loop, None)
        if renewal is not None:
            await renewal.close()
        endings = [ending for ending in self._endings if ending.get_loop() is loop]
        if endings:
            await asyncio.wait(endings)

    async def _secure(self, tenure: Tenure[Token]) -> None:
        """Take the lease, waiting while somebody else has it."""
        turn = await tenure.gate.acquire()
        try:
            while tenure.token is None:
                token = await self.ask(tenure, self._leases.take(tenure.key), _itself)
                if token is not None:
                    return
                await asyncio.sleep(random.uniform(*ASK_AGAIN_S))  # noqa: S311 - no secret
        finally:
            tenure.gate.release(turn)

    async def _finish(self, section: Section, tenure: Tenure[Token]) -> None:
        """Give back what the section has, then let the next task of this process in."""
        if tenure.token is None and not tenure.late:
            self._local.free(section)
            return
        ending = self._spawn(self._end(section, tenure))
        # Whoever was cancelled while a lease was on its way does not wait for it to come.
        if not tenure.late:
            await asyncio.shield(ending)

    async def _end(self, section: Section, tenure: Tenure[Token]) -> None:
        try:
            late = await asyncio.gather(*tenure.late)
            for token in (tenure.token, *late):
                if token:
                    await self._give_back(tenure, token)
        finally:
            self._local.free(section)

    async def _give_back(self, tenure: Tenure[Token], token: Token) -> None:
        try:
            if tenure.renewal is not None:
                tenure.renewal.drop(tenure.key)
                await tenure.renewal.settle()
            await self._leases.give_back(tenure.key, token)
        except Exception:  # what was done under the lock is done; the lease runs out by itself
            logger.warning("lease not given back", exc_info=True, extra={"key": tenure.key})

    def _renewal(self) -> Renewal[Token]:
        loop = asyncio.get_running_loop()
        if loop not in self._renewals:
            self._renewals[loop] = Renewal(self._leases, seconds=self._seconds)
        return self._renewals[loop]

    def _spawn(self, work: Coroutine[object, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, context=Context())
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)
        return task


async def _late(
    question: Awaitable[Answer], token_of: Callable[[Answer], Token | None]
) -> Token | None:
    """Return the lease that comes with a late answer; a question that failed brings none."""
    try:
        return token_of(await question)
    except Exception:
        logger.warning("no answer about a lease", exc_info=True)
        return None


def _itself(token: Token | None) -> Token | None:
    return token
