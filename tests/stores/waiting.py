"""Whether a statement waits for another one's lock; PostgreSQL tells."""

from django.db import connection

WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def is_somebody_waiting() -> bool:
    """Tell whether a connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])
