"""The two databases the project runs on, each as an entry of ``DATABASES``."""

from pathlib import Path
from typing import Any

import environ

SQLITE_LOCK_TIMEOUT_S = 20
POSTGRES_POOL = {"min_size": 2, "max_size": 20}

# WAL lets readers and the one writer work side by side. NORMAL survives a killed process;
# a power cut may take the last commits with it, never the file.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
    f"PRAGMA foreign_keys=ON; PRAGMA busy_timeout={SQLITE_LOCK_TIMEOUT_S * 1000}"
)


def sqlite(path: Path) -> dict[str, Any]:
    """Build the settings of a SQLite file that several threads and processes write.

    Transactions begin IMMEDIATE: a deferred one that reads first and writes later fails at
    once with "database is locked" when another writer came between, whatever the timeout.

    Args:
        path: The database file; SQLite makes it, its directory must exist.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_LOCK_TIMEOUT_S,
            "init_command": SQLITE_PRAGMAS,
        },
    }


def postgres(url: str, *, pooled: bool = True) -> dict[str, Any]:
    """Build the settings of a PostgreSQL database.

    Args:
        url: ``postgres://user:password@host:port/name``.
        pooled: Keep connections in psycopg's pool; opening one per request costs twenty
            times as much as using a kept one.

    Raises:
        ValueError: The URL names another kind of database.
    """
    database: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if database["ENGINE"] != "django.db.backends.postgresql":
        # The URL itself may hold a password, so only its scheme is shown.
        scheme = url.partition(":")[0]
        msg = f"DATABASE_URL has scheme {scheme!r}; use postgres://… or leave it out for SQLite."
        raise ValueError(msg)
    if pooled:
        database["OPTIONS"] = {**database.get("OPTIONS", {}), "pool": POSTGRES_POOL}
    return {**database, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
