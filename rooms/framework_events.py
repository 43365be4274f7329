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
            await self._call(listener, event)

    def announce(self, event_type: str, *, channel_id: str | None = None) -> None:
        """Tell the listeners from code that cannot await.

        Outside a running event loop only plain functions are called.
        """
        event = FrameworkEvent(type=event_type, channel_id=channel_id)
        for listener in tuple(self._listeners.get(event_type, ())):
            if inspect.iscoroutinefunction(listener):
                self._schedule(listener, event)
            else:
                listener(event)

    def _schedule(self, listener: FrameworkListener, event: FrameworkEvent) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            logger.debug("no event loop, listener skipped", extra={"event_type": event.type})
            return
        task = loop.create_task(self._call(listener, event))
        self._scheduled.add(task)
        task.add_done_callback(self._scheduled.discard)

    async def _call(self, listener: FrameworkListener, event: FrameworkEvent) -> None:
        try:
            pending = listener(event)
            if inspect.isawaitable(pending):
                await pending
        except Exception:  # RFC §15: a listener must not disturb the framework
            logger.exception(
                "framework listener failed",
                extra={"event_type": event.type, "room_id": event.room_id},
            )
