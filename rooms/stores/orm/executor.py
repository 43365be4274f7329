"""The threads on which the store speaks to the database."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar, cast

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection

from rooms.domain.errors import StoreUnavailableError
from rooms.services.refusals import RowRefusedError
from rooms.stores.orm.crew import Call, Crew
from rooms.stores.orm.severing import Connection

P = ParamSpec("P")
T = TypeVar("T")

# More do not pay: the statements are short, and Python holds one lock for all threads.
THREADS = 4
# A SQLite file has one writer at a time; a second thread would only wait for it in the database.
SQLITE_THREADS = 1

# A database that keeps everybody waiting for this long is as good as away, even if its host still
# acknowledges every packet.
CALL_TIMEOUT_S = 30.0


class DatabaseThreads:
    """A few threads, each with a connection of its own that stays open.

    No request begins or ends here, so Django closes none of these connections by itself: `close()`
    does, and when one connection is lost all are replaced before their next use. A thread that
    keeps its caller waiting for too long loses its connection and is replaced by another thread.
    The threads start with the first call and again with the first call after `close()`; any event
    loop may call.

    Args:
        timeout_s: How long a call may take, the wait for a free thread included.
    """

    def __init__(self, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._crew: Crew | None = None
        self._losses = 0
        self._seen = threading.local()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a synchronous function on one of the threads.

        Raises:
            StoreUnavailableError: If the database cannot be reached, or not in time.
            RowRefusedError: If it refused what was to be written.
        """

        def call() -> T:
            with self._fresh_connection():
                return function(*args, **kwargs)

        return cast("T", await self._answer(self._hired(), call))

    async def run_on_each(self, function: Callable[[], None]) -> None:
        """Call a function once on every thread, all at the same time."""
        crew = self._hired()
        # Nobody passes the barrier before every thread has arrived, so none takes two turns.
        barrier = threading.Barrier(crew.size)

        def call() -> None:
            barrier.wait()
            with self._fresh_connection():
                function()

        try:
            await asyncio.gather(*(self._answer(crew, call) for _ in range(crew.size)))
        finally:
            barrier.abort()

    async def close(self) -> None:
        """Close every thread's connection and end the threads; twice is harmless.

        What still runs has as much time as any call has.
        """
        with self._lock:
            crew, self._crew = self._crew, None
        if crew is not None:
            await asyncio.to_thread(crew.dismiss, patience_s=self._timeout_s)

    async def _answer(self, crew: Crew, work: Callable[[], object]) -> object:
        loop = asyncio.get_running_loop()
        call, ends_at = crew.submit(work), loop.time() + self._timeout_s
        try:
            async with asyncio.timeout_at(ends_at) as limit:
                return await asyncio.wrap_future(call.future)
        except TimeoutError as error:
            if not limit.expired():
                raise
            self._give_up(crew, call)
            said = f"no answer within {self._timeout_s:g} s"
            may_be_stored = not call.future.cancelled()
            raise _unavailable(said, may_be_stored=may_be_stored) from error
        except asyncio.CancelledError:
            # Nobody waits for this call any more, but for its thread others do.
            loop.call_at(ends_at, self._give_up, crew, call)
            raise

    def _give_up(self, crew: Crew, call: Call) -> None:
        """Replace the thread that still runs a call, and the connections of all threads."""
        self._losses += crew.give_up(call)

    def _hired(self) -> Crew:
        with self._lock:
            if self._crew is None:
                self._crew = Crew(_count_threads(), Connection, name="roomkit-database")
            return self._crew

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


def _count_threads() -> int:
    return SQLITE_THREADS if connection.vendor == "sqlite" else THREADS


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise the database's errors as the store's own; a broken connection is given up."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        said = str(error).partition("\n")[0]
        raise _unavailable(said, may_be_stored=_was_cut_off(error)) from error
    except (IntegrityError, DataError) as error:
        raise RowRefusedError(error) from error


def _was_cut_off(error: Exception) -> bool:
    """Tell whether a connection broke off, so that its COMMIT may have been the last thing heard.

    An error with a code is the database's own word, and one from connecting came before anything.
    """
    driver = error.__cause__
    return getattr(driver, "sqlstate", "") is None and getattr(driver, "pgconn", None) is None


def _unavailable(said: str, *, may_be_stored: bool) -> StoreUnavailableError:
    outcome = (
        "whether something was stored is not known, try again with the same key"
        if may_be_stored
        else "nothing was stored, try again"
    )
    return StoreUnavailableError(f"the database did not answer ({said}): {outcome}")
