"""Reading a model while somebody may call it off."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

T = TypeVar("T")


class Pump(Generic[T]):
    """Reads a source in a task of its own, so that its reader can stop waiting for it.

    Args:
        source: What to read; it is closed with the pump.
        wake: Set with every item, and by whoever wants the reader to look up.
    """

    def __init__(self, source: AsyncGenerator[T, None], wake: asyncio.Event) -> None:
        self._items: deque[T] = deque()
        self._wake = wake
        self._error: BaseException | None = None
        self._is_done = False
        self._task = asyncio.create_task(self._read(source))

    async def wait(self) -> bool:
        """Wait for news; True once there is an item, or the end."""
        if self._items or self._is_done:
            return True
        self._wake.clear()
        await self._wake.wait()
        return bool(self._items) or self._is_done

    def take(self) -> T | None:
        """Return the next item, or None at the end.

        Raises:
            Exception: What the source raised, behind its last item.
        """
        if self._items:
            return self._items.popleft()
        if self._error is not None:
            raise self._error
        return None

    async def close(self) -> None:
        """Stop reading, and wait until the source is closed."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _read(self, source: AsyncGenerator[T, None]) -> None:
        try:
            async with aclosing(source):
                async for item in source:
                    self._items.append(item)
                    self._wake.set()
        except Exception as error:  # whoever reads the items gets it behind them
            self._error = error
        finally:
            self._is_done = True
            self._wake.set()
