"""Database connections of the threads on which the functions of tools run."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections


@contextmanager
def tended_connections() -> Iterator[None]:
    """Give a function connections as a request has them.

    No request begins or ends in these threads, so Django would neither replace a connection that
    broke nor close one that is older than `CONN_MAX_AGE`.
    """
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()
