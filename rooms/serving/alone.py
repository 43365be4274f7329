"""Preparing the database, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# Any number will do as long as every process uses the same: "roomkit" on a telephone keypad.
LOCK_KEY = 7666548

# A migration may take its time, and so may who waits for it.
TIME_LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@contextmanager
def alone() -> Iterator[None]:
    """Hold PostgreSQL's advisory lock: who else prepares this database is waited for.

    The server's time limits do not count inside. It may be taken again inside. SQLite locks its
    file with every transaction anyway.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor, _without_time_limits(cursor):
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


@contextmanager
def alone_in_transaction() -> Iterator[None]:
    """Hold the lock and a transaction, which ends before the lock does."""
    with alone(), transaction.atomic():
        yield


@contextmanager
def _without_time_limits(cursor: CursorWrapper) -> Iterator[None]:
    """Lift the server's time limits; afterwards the connection may be somebody else's."""
    former: list[tuple[str, str]] = []
    for limit in TIME_LIMITS:
        cursor.execute("SELECT %s, current_setting(%s)", [limit, limit])
        former.append(cursor.fetchone())
        cursor.execute("SELECT set_config(%s, '0', false)", [limit])
    try:
        yield
    finally:
        for limit, value in former:
            cursor.execute("SELECT set_config(%s, %s, false)", [limit, value])
