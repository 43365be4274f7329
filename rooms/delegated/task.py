"""The handle of a delegated task: waiting for its end, calling it off."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from hooks.results import TaskStatus
from rooms.delegated.records import DelegatedTaskResult
from rooms.delegated.strategies import BackgroundTaskDeliveryStrategy

logger = logging.getLogger("roomkit.core.delegation")

OnComplete = Callable[[DelegatedTaskResult], Awaitable[None] | None]
"""Called with the result before whoever waits goes on; may be a coroutine function."""


class Follows(Protocol):
    """Who knows how a task stands."""

    async def follow(self, task: "DelegatedTask") -> None:
        """Come back once the task has a result; look for its end meanwhile."""

    def call_off(self, task: "DelegatedTask") -> None:
        """End the task as cancelled, without waiting for that."""


class DelegatedTask:
    """A task that an agent does in a room of its own.

    Use it from the event loop in which it was delegated.

    Attributes:
        notify: The channel of the parent room that is told the result.
        delivery: How that channel is told; None leaves it to the runner.
        timeout: After how many seconds without an answer it has failed; None never.
        was_there: Whether it had been begun already under the key that names it.
    """

    def __init__(  # noqa: PLR0913 - five are the published signature
        self,
        *,
        id: str,
        child_room_id: str,
        parent_room_id: str,
        agent_id: str,
        task: str,
        notify: str | None = None,
        delivery: BackgroundTaskDeliveryStrategy | None = None,
        timeout: float | None = None,
        organization_id: str | None = None,
        was_there: bool = False,
    ) -> None:
        self.id = id
        self.child_room_id = child_room_id
        self.parent_room_id = parent_room_id
        self.agent_id = agent_id
        self.task = task
        self.notify = notify
        self.delivery = delivery
        self.timeout = timeout
        self.organization_id = organization_id
        self.was_there = was_there
        self._result: DelegatedTaskResult | None = None
        self._over = asyncio.Event()
        self._ending = asyncio.Lock()
        self._follows: Follows | None = None
        self._on_complete: OnComplete | None = None

    def __repr__(self) -> str:
        return f"DelegatedTask({self.id!r}, agent_id={self.agent_id!r}, {self.status.value})"

    @property
    def result(self) -> DelegatedTaskResult | None:
        """How it ended, as far as this process knows."""
        return self._result

    @property
    def status(self) -> TaskStatus:
        """Where it stands, as far as this process knows."""
        return self._result.status if self._result else TaskStatus.IN_PROGRESS

    async def wait(self, timeout: float | None = None) -> DelegatedTaskResult:
        """Return the result, wherever the agent works.

        Args:
            timeout: Seconds to wait; None waits until the end. The task goes on either way.

        Raises:
            TimeoutError: If it has not ended by then.
            RuntimeError: If no runner has taken the task.
        """
        if self._follows is None:
            raise RuntimeError(f"task {self.id!r} was not submitted: use kit.delegate()")
        if self._result is None:
            async with asyncio.timeout(timeout):
                await self._follows.follow(self)
        if self._result is None:
            raise RuntimeError(f"task {self.id!r} is followed by nobody any more")
        return self._result

    def cancel(self) -> None:
        """Call the task off; its result will say CANCELLED, unless it has ended before.

        Raises:
            RuntimeError: If no runner has taken the task.
        """
        if self._follows is None:
            raise RuntimeError(f"task {self.id!r} was not submitted: use kit.delegate()")
        self._follows.call_off(self)

    def taken(self, follows: Follows, on_complete: OnComplete | None) -> None:
        """Note who runs it and who is told of its end; for task runners."""
        self._follows = follows
        self._on_complete = on_complete

    async def finish(self, result: DelegatedTaskResult) -> None:
        """Take the result, once: tell `on_complete`, then let go who waits; for task runners."""
        async with self._ending:
            if self._result is not None:
                return
            await self._tell(result)
            self._result = result
            self._over.set()

    async def ended(self) -> None:
        """Come back once it has a result."""
        await self._over.wait()

    async def _tell(self, result: DelegatedTaskResult) -> None:
        if self._on_complete is None:
            return
        try:
            pending = self._on_complete(result)
            if inspect.isawaitable(pending):
                await pending
        except Exception:  # the host's callback must not keep others from the result
            logger.exception("on_complete of a task failed", extra={"task_id": self.id})
