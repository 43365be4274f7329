"""Items of different callers that wait at the same time go to the database together."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from rooms.domain.errors import StoreUnavailableError
from rooms.stores.orm.executor import DatabaseThreads, translated_errors

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")

MOST_TOGETHER = 64

Waiter = tuple[ItemT, asyncio.Future[AnswerT]]


@dataclass
class _Line(Generic[ItemT, AnswerT]):
    """Who waits on one event loop; the task is there while a group runs."""

    waiting: deque[Waiter[ItemT, AnswerT]] = field(default_factory=deque)
    drain: "asyncio.Task[None] | None" = None


class Grouping(Generic[ItemT, AnswerT]):
    """Collects items while one group runs, then lets them run as one group.

    Nobody lingers: a lone item goes at once. Items that share a key never meet in one group; the
    later one waits for the next. An item whose caller gave up before its group began is dropped.

    Args:
        threads: Where a group runs.
        run: Answers a group, in its order; writes all of it or nothing.
        keys: What an item must not share with another of its group.
    """

    def __init__(
        self,
        threads: DatabaseThreads,
        run: Callable[[Sequence[ItemT]], list[AnswerT]],
        *,
        keys: Callable[[ItemT], Collection[Hashable]] = lambda _item: (),
    ) -> None:
        self._threads = threads
        self._run = run
        self._keys = keys
        # A store may serve several event loops; a future belongs to the one it was made in.
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[ItemT, AnswerT]] = (
            WeakKeyDictionary()
        )

    async def submit(self, item: ItemT) -> AnswerT:
        """Let an item run with the next group and return its answer, or raise its own error.

        Raises:
            StoreUnavailableError: If the database cannot be reached.
        """
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(loop, _Line())
        answer: asyncio.Future[AnswerT] = loop.create_future()
        line.waiting.append((item, answer))
        if line.drain is None:
            line.drain = loop.create_task(self._drain(line))
        return await answer

    async def _drain(self, line: _Line[ItemT, AnswerT]) -> None:
        try:
            while group := self._next_group(line.waiting):
                await self._settle(group)
        finally:
            line.drain = None

    def _next_group(self, waiting: deque[Waiter[ItemT, AnswerT]]) -> list[Waiter[ItemT, AnswerT]]:
        group: list[Waiter[ItemT, AnswerT]] = []
        later: list[Waiter[ItemT, AnswerT]] = []
        taken: set[Hashable] = set()
        while waiting and len(group) + len(later) < MOST_TOGETHER:
            item, answer = waiting.popleft()
            if answer.cancelled():
                continue
            keys = self._keys(item)
            (group if taken.isdisjoint(keys) else later).append((item, answer))
            taken.update(keys)
        waiting.extendleft(reversed(later))
        return group

    async def _settle(self, group: list[Waiter[ItemT, AnswerT]]) -> None:
        results: list[AnswerT | Exception]
        try:
            results = await self._threads.run(self._run_together, [item for item, _ in group])
        except Exception as error:
            # Whatever it was, every caller hears of it and the next group runs.
            results = [error] * len(group)
        except asyncio.CancelledError:
            for _, answer in group:
                answer.cancel()
            raise
        for (_, answer), result in zip(group, results, strict=True):
            _tell(answer, result)

    def _run_together(self, items: Sequence[ItemT]) -> list[AnswerT | Exception]:
        """Run a group; if its data are at fault, run each item alone, so that one fails alone."""
        try:
            with translated_errors():
                return [*self._run(items)]
        except StoreUnavailableError:
            raise
        except Exception as error:
            return [error] if len(items) == 1 else [self._run_alone(item) for item in items]

    def _run_alone(self, item: ItemT) -> AnswerT | Exception:
        try:
            return self._run_together([item])[0]
        except StoreUnavailableError as error:
            return error


def _tell(answer: "asyncio.Future[AnswerT]", result: AnswerT | Exception) -> None:
    if answer.done():
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
