"""Bringing the database up to date, one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

# Any number will do as long as every process uses the same: "roomkit" on a telephone keypad.
LOCK_KEY = 7666548


def migrate() -> None:
    """Apply the migrations that are missing; another process that does so is waited for."""
    with _alone():
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold PostgreSQL's advisory lock; SQLite locks the file with every transaction anyway."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])
