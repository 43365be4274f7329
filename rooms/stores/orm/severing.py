"""Cutting a thread's connection from outside, for a database that keeps it waiting."""

import logging
import socket
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger("roomkit.core.store")


class Connection:
    """The connection of the thread that makes this."""

    def __init__(self) -> None:
        self._wrapper = connections[DEFAULT_DB_ALIAS]

    def sever(self) -> None:
        """End the conversation with the database as if it had hung up; waits for nobody.

        Connections that lie in a pool go too: what made one fall silent befell its siblings.
        """
        try:
            _drain_pool(self._wrapper)
            _hang_up(self._wrapper.connection)
        except Exception:  # it ended by itself meanwhile, or its driver knows no such thing
            logger.warning("connection not severed", exc_info=True)

    def close(self) -> None:
        """Close the connection, or give it back to its pool."""
        self._wrapper.close()


def _hang_up(raw: Any) -> None:
    """Shut a connection's socket down, which wakes whoever waits for it; interrupt SQLite."""
    if hasattr(raw, "interrupt"):
        raw.interrupt()
    elif hasattr(raw, "fileno"):
        # The driver closes its own descriptor; a copy is enough to end the conversation.
        with socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM) as copy:
            copy.shutdown(socket.SHUT_RDWR)


def _drain_pool(wrapper: BaseDatabaseWrapper) -> None:
    # Only PostgreSQL has pools, and only newer ones of psycopg can be drained.
    drain = getattr(getattr(wrapper, "pool", None), "drain", None)
    if drain is not None:
        drain()
