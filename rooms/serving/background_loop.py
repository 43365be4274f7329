"""One event loop on a thread of its own, for processes whose main thread has other work."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from rooms.kit import RoomKit
from rooms.serving.life import DRAIN_SECONDS, KitLife

CLOSE_SECONDS = 10.0

T = TypeVar("T")

Work = Callable[[RoomKit], Coroutine[Any, Any, T]]


@dataclass(frozen=True)
class _Open:
    """A loop that takes work, until `ending` is set on it."""

    loop: asyncio.AbstractEventLoop
    kit: RoomKit
    ending: asyncio.Event


class BackgroundLoop:
    """Runs this process's kit and worker, and takes work for the kit from other threads.

    It starts with its first use and must start after a fork: a child inherits no threads.

    Args:
        get_kit: Called once, on the loop.
        drain_seconds: How long running work has to end when the loop is stopped.
    """

    def __init__(
        self, get_kit: Callable[[], RoomKit], *, drain_seconds: float = DRAIN_SECONDS
    ) -> None:
        self._get_kit = get_kit
        self._drain_seconds = drain_seconds
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._open: Future[_Open] = Future()

    def start(self) -> None:
        """Begin, and return when the kit is there; calling again changes nothing.

        Raises:
            ImproperlyConfigured: If the kit cannot be built from the settings.
        """
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=lambda: asyncio.run(self._live()), name="roomkit-loop", daemon=True
                )
                self._thread.start()
        self._open.result()

    def run(self, work: Work[T]) -> T | None:
        """Do some work with the kit and wait for it; None when the loop ends before the work.

        Args:
            work: Called with the kit on the loop's own thread.
        """
        self.start()
        doing = self._submit(work)
        try:
            return None if doing is None else doing.result()
        except CancelledError:
            return None

    def begin_stop(self) -> None:
        """Ask it to end; returns at once and takes no lock, so that a signal may call it."""
        if self._open.done() and self._open.exception() is None:
            place = self._open.result()
            with suppress(RuntimeError):  # it has ended already
                place.loop.call_soon_threadsafe(place.ending.set)

    def stop(self) -> None:
        """End it: running work has its time, then the kit is closed."""
        self.begin_stop()
        if self._thread is not None:
            self._thread.join(self._drain_seconds + CLOSE_SECONDS)

    def _submit(self, work: Work[T]) -> "Future[T] | None":
        place = self._open.result()

        async def do() -> T:
            return await work(place.kit)

        with self._lock:
            if place.ending.is_set():
                return None
            return asyncio.run_coroutine_threadsafe(do(), place.loop)

    async def _live(self) -> None:
        # Children of a pool come and go: sources are run by processes that stay.
        life = KitLife(self._get_kit, runs_sources=False)
        try:
            kit = life.start()
        except BaseException as error:
            self._open.set_exception(error)
            return
        place = _Open(asyncio.get_running_loop(), kit, asyncio.Event())
        self._open.set_result(place)
        await place.ending.wait()
        # Whoever submits holds the lock: after this nothing new comes, and what came has begun.
        with self._lock:
            pass
        await asyncio.sleep(0)
        await life.stop(timeout=self._drain_seconds)
