"""The two databases the project runs on, each as an entry of ``DATABASES``."""

from pathlib import Path
from typing import Any

import environ

SQLITE_LOCK_TIMEOUT_S = 20
POSTGRES_POOL = {"min_size": 2, "max_size": 20}

# By these a server is given up that is gone without a word (a failover, a frozen host, a forgotten
# NAT entry): seconds to connect; probes on a quiet connection after 10 s, thrice every 5 s; and
# milliseconds that what was sent may stay unacknowledged.
POSTGRES_TCP = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# What the server gives up for a client that is gone without a word, or that waits for a lock which
# such a client left behind. The threads of the store themselves wait for 30 s.
POSTGRES_SERVER_TIMEOUTS_S = {
    "statement_timeout": 60,
    "lock_timeout": 20,
    "idle_in_transaction_session_timeout": 60,
}

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
        url: ``postgres://user:password@host:port/name``. Parameters of libpq may follow; they
            outrank what is set here, as ``?connect_timeout=3`` or, instead of all of the server's
            time limits, ``?options=-c%20statement_timeout%3D0``.
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
    limits = {**POSTGRES_TCP, "options": _server_timeouts()}
    database["OPTIONS"] = limits | database.get("OPTIONS", {})
    if pooled:
        database["OPTIONS"]["pool"] = POSTGRES_POOL
    return {**database, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}


def _server_timeouts() -> str:
    """Return the server's time limits as the command-line options that libpq passes on."""
    limits = POSTGRES_SERVER_TIMEOUTS_S.items()
    return " ".join(f"-c {name}={seconds}s" for name, seconds in limits)
