"""The kit of a process from its start to its end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from rooms.kit import RoomKit
from rooms.serving.sources import build_sources, run_sources
from rooms.worker import Worker

DRAIN_SECONDS = 10.0


class KitLife:
    """Starts a process's kit, with its worker where it has one, and ends both in order.

    Args:
        get_kit: Called once, on the event loop that the kit lives on.
        has_worker: Whether this process takes up work that others left, and fires timers.
        runs_sources: Whether its worker also fetches messages, by the sources of the settings and
            of channels.
    """

    def __init__(
        self,
        get_kit: Callable[[], RoomKit],
        *,
        has_worker: bool = True,
        runs_sources: bool = True,
    ) -> None:
        self._get_kit = get_kit
        self._has_worker = has_worker
        self._runs_sources = has_worker and runs_sources
        self._kit: RoomKit | None = None
        self._working: asyncio.Task[None] | None = None
        self._attaching: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not been stopped."""
        return self._kit is not None

    @property
    def is_working(self) -> bool:
        """Whether the worker takes up work."""
        return self._working is not None and not self._working.done()

    def start(self) -> RoomKit:
        """Begin on the running event loop and return the kit; while it runs nothing changes."""
        if self._kit is None:
            # What cannot be made stops the process before anything has begun.
            sources = build_sources() if self._runs_sources else {}
            self._kit = self._get_kit()
            loop = asyncio.get_running_loop()
            directory = self._kit.pipeline.parts.channels.directory
            if directory is not None:
                self._following = loop.create_task(directory.follow())
            if self._has_worker:
                self._working = loop.create_task(Worker(self._kit).run())
            if self._runs_sources:
                self._attaching = loop.create_task(run_sources(self._kit, sources))
        return self._kit

    async def stop(self, *, timeout: float = DRAIN_SECONDS) -> None:
        """Begin nothing new, let what has begun end, and close the kit.

        Args:
            timeout: Seconds after which what has begun is cut off; it stays in the outbox, as does
                what was not begun, for whoever sweeps next.
        """
        kit, self._kit = self._kit, None
        if kit is None:
            return
        for task in filter(None, (self._working, self._following, self._attaching)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._working = self._following = self._attaching = None
        await kit.sources.close()
        await kit.pipeline.stop(timeout=timeout)
        await kit.close()
