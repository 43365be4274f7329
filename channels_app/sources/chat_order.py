"""Work in the order of each chat, of several chats side by side."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class ChatOrder:
    """Does the work of a chat one after the other, each on a task of its own."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether everything is done."""
        return not self._last

    def add(self, chat: str, work: Coroutine[Any, Any, None]) -> None:
        """Do something once everything of the same chat before it is done."""
        before = self._last.get(chat)
        task = asyncio.get_running_loop().create_task(_after(before, work))
        self._last[chat] = task
        task.add_done_callback(lambda done: self._forget(chat, done))

    async def drain(self, seconds: float) -> None:
        """Give what is under way so many seconds to end, and cancel the rest."""
        pending = set(self._last.values())
        if pending:
            _, pending = await asyncio.wait(pending, timeout=seconds)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _forget(self, chat: str, done: "asyncio.Task[None]") -> None:
        if self._last.get(chat) is done:
            del self._last[chat]


async def _after(before: "asyncio.Task[None] | None", work: Coroutine[Any, Any, None]) -> None:
    try:
        if before is not None:
            await asyncio.wait({before})
    except asyncio.CancelledError:
        work.close()
        raise
    await work
