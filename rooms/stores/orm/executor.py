"""The threads on which the store speaks to the database."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection

from rooms.domain.errors import StoreUnavailableError
from rooms.services.refusals import RowRefusedError

P = ParamSpec("P")
T = TypeVar("T")

# More do not pay: the statements are short, and Python holds one lock for all threads.
THREADS = 4
# A SQLite file has one writer at a time; a second thread would only wait for it in the database.
SQLITE_THREADS = 1


class DatabaseThreads:
    """A few threads, each with a connection of its own that stays open.

    No request begins or ends here, so Django closes none of these connections by itself: `close()`
    does, and when one connection is lost all are replaced before their next use. The threads start
    with the first call and again with the first call after `close()`; any event loop may call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._losses = 0
        self._seen = threading.local()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a synchronous function on one of the threads.

        Raises:
            StoreUnavailableError: If the database cannot be reached.
            RowRefusedError: If it refused what was to be written.
        """

        def call() -> T:
            with self._fresh_connection():
                return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads(), call)

    async def run_on_each(self, function: Callable[[], None]) -> None:
        """Call a function once on every thread, all at the same time."""

        def call() -> None:
            with self._fresh_connection():
                function()

        await asyncio.gather(*self._submit_to_each(self._threads(), call))

    async def close(self) -> None:
        """Close every thread's connection and end the threads; twice is harmless."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.gather(*self._submit_to_each(executor, _close_connection))
            executor.shutdown()

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(_count_threads(), "roomkit-database")
            return self._executor

    @contextmanager
    def _fresh_connection(self) -> Iterator[None]:
        """Replace a connection that may have been lost together with another thread's."""
        if getattr(self._seen, "losses", 0) != self._losses:
            connection.close()
            self._seen.losses = self._losses
        try:
            with translated_errors():
                yield
        except StoreUnavailableError:
            self._losses += connection.connection is None
            raise

    @staticmethod
    def _submit_to_each(
        executor: ThreadPoolExecutor, function: Callable[[], None]
    ) -> "list[asyncio.Future[None]]":
        # Nobody passes the barrier before every thread has arrived, so none takes two turns.
        barrier = threading.Barrier(_count_threads())

        def arrive() -> None:
            barrier.wait()
            function()

        loop = asyncio.get_running_loop()
        return [loop.run_in_executor(executor, arrive) for _ in range(barrier.parties)]


def _count_threads() -> int:
    return SQLITE_THREADS if connection.vendor == "sqlite" else THREADS


def _close_connection() -> None:
    connection.close()


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise the database's errors as the store's own; a broken connection is given up."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        said = str(error).partition("\n")[0]
        raise StoreUnavailableError(
            f"the database did not answer ({said}): nothing was stored, try again"
        ) from error
    except (IntegrityError, DataError) as error:
        raise RowRefusedError(error) from error
