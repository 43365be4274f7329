"""Preparing the database, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Any number will do as long as every process uses the same: "roomkit" on a telephone keypad.
LOCK_KEY = 7666548


@contextmanager
def alone() -> Iterator[None]:
    """Hold PostgreSQL's advisory lock: who else prepares this database is waited for.

    It may be taken again inside. SQLite locks its file with every transaction anyway.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
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
