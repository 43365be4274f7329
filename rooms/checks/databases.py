"""How the database is opened."""

from collections.abc import Mapping, Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import connections

from rooms.topology import rooms_alias

SQLITE_OPTIONS = """\
"OPTIONS": {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}"""

POSTGRES_OPTIONS = """\
"OPTIONS": {
    "connect_timeout": 10,  # seconds
    "tcp_user_timeout": 20_000,  # milliseconds
}"""


def check_sqlite(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Warn of a SQLite file whose writers would get in each other's way."""
    alias = rooms_alias()
    connection = connections[alias]
    options = connection.settings_dict.get("OPTIONS", {})
    if connection.vendor != "sqlite" or _is_in_memory(connection.settings_dict):
        return []
    begins_as_writer = str(options.get("transaction_mode", "")).upper() == "IMMEDIATE"
    has_wal = "journal_mode=wal" in str(options.get("init_command", "")).lower().replace(" ", "")
    if begins_as_writer and has_wal:
        return []
    return [
        Warning(
            f"The database {alias!r} is SQLite without IMMEDIATE transactions and WAL: messages "
            'that arrive together fail with "database is locked".',
            hint=f"Give DATABASES[{alias!r}] these options:\n{SQLITE_OPTIONS}",
            id="roomkit_rooms.W005",
        )
    ]


def check_persistent_connections(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn of connections that an ASGI server would keep open in ever more threads."""
    alias = rooms_alias()
    max_age = connections[alias].settings_dict.get("CONN_MAX_AGE", 0)
    if max_age == 0 or not getattr(settings, "ASGI_APPLICATION", None):
        return []
    return [
        Warning(
            f"The database {alias!r} has CONN_MAX_AGE {max_age!r} on an ASGI site: requests come "
            "in many threads, and each keeps a connection of its own.",
            hint='Set CONN_MAX_AGE to 0; on PostgreSQL add "OPTIONS": {"pool": True}.',
            id="roomkit_rooms.W007",
        )
    ]


def check_time_limits(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn of a PostgreSQL server that would be waited for however long it is silent."""
    alias = rooms_alias()
    connection = connections[alias]
    options = connection.settings_dict.get("OPTIONS", {})
    # A service file may set the limits itself.
    if connection.vendor != "postgresql" or {"tcp_user_timeout", "service"} & options.keys():
        return []
    return [
        Warning(
            f"The database {alias!r} has no time limits: when its server is gone without hanging "
            "up, pages wait for it until the system gives up, a quarter of an hour or longer.",
            hint=f"Add these to DATABASES[{alias!r}]:\n{POSTGRES_OPTIONS}",
            id="roomkit_rooms.W027",
        )
    ]


def _is_in_memory(database: Mapping[str, object]) -> bool:
    name = str(database.get("NAME", ""))
    return name == ":memory:" or "mode=memory" in name
