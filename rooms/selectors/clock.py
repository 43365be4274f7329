"""The clock by which leases are taken and compared."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def get_database_now() -> datetime:
    """Return the present moment by the clock that all processes share, in UTC.

    On PostgreSQL that is the server's own, not frozen at the start of the transaction; a SQLite
    file has no clock but that of the one host it lies on.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
