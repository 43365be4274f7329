"""News for the host application: subscribe by type, failures go no further (RFC §15)."""

import asyncio
import inspect
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from rooms.domain.framework_event import FrameworkEvent

logger = logging.getLogger("roomkit.core.framework")

FrameworkListener = Callable[[FrameworkEvent], Awaitable[None] | None]


class FrameworkEvents:
    """Calls the listeners of an event type, in the order they were added."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[FrameworkListener]] = defaultdict(list)
        self._scheduled: set[asyncio.Task[None]] = set()

    def on(self, event_type: str, listener: FrameworkListener) -> None:
        """Call `listener` with every event of this type."""
        self._listeners[event_type].append(listener)

    async def emit(
        self,
        event_type: str,
        *,
        room_id: str | None = None,
        channel_id: str | None = None,
        event_id: str | None = None,
        **data: Any,
    ) -> None:
        """Tell the listeners of `event_type`; does nothing when there are none."""
        listeners = self._listeners.get(event_type)
        if not listeners:
            return
        event = FrameworkEvent(
            type=event_type, room_id=room_id, channel_id=channel_id, event_id=event_id, data=data
        )
        for listener in tuple(listeners):
            pending = self._call(listener, event)
            if pending is not None:
                await self._finish(pending, event)

    def announce(self, event_type: str, *, channel_id: str | None = None) -> None:
        """Tell the listeners from code that cannot await.

        Outside a running event loop only plain functions are called.
        """
        event = FrameworkEvent(type=event_type, channel_id=channel_id)
        for listener in tuple(self._listeners.get(event_type, ())):
            pending = self._call(listener, event)
            if pending is not None:
                self._schedule(pending, event)

    def _schedule(self, pending: Awaitable[None], event: FrameworkEvent) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            logger.debug("no event loop, listener skipped", extra={"event_type": event.type})
            if inspect.iscoroutine(pending):
                pending.close()
            return
        task = loop.create_task(self._finish(pending, event))
        self._scheduled.add(task)
        task.add_done_callback(self._scheduled.discard)

    def _call(self, listener: FrameworkListener, event: FrameworkEvent) -> Awaitable[None] | None:
        """Call a listener and return what is left to await; a failure goes no further (RFC §15)."""
        try:
            pending = listener(event)
        except Exception:  # RFC §15: a listener must not disturb the framework
            _log_failure(event)
            return None
        return pending if inspect.isawaitable(pending) else None

    async def _finish(self, pending: Awaitable[None], event: FrameworkEvent) -> None:
        try:
            await pending
        except Exception:  # RFC §15: a listener must not disturb the framework
            _log_failure(event)


def _log_failure(event: FrameworkEvent) -> None:
    """Log the exception being handled."""
    logger.exception(
        "framework listener failed", extra={"event_type": event.type, "room_id": event.room_id}
    )
