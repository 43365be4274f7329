"""Scratch databases with our tables in them, and a Django configured for one of them."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from bench.plan import Plan
from roomkit_project.databases import postgres, sqlite
from roomkit_project.sharing import channel_layer
from rooms.serving.collector import relax_collector

ANSWER_WITHIN_S = 2

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "channels",
    "hooks",
    "rooms",
    "channels_app",
]


def find_fault(kind: str, plan: Plan) -> str | None:
    """Return why there is no such database here, in one line, or None if there is."""
    if kind == "sqlite":
        return None
    try:
        psycopg.connect(plan.postgres_url, connect_timeout=ANSWER_WITHIN_S).close()
    except psycopg.Error as error:
        return " ".join(str(error).split())
    return None


def find_redis_fault(plan: Plan) -> str | None:
    """Return why Redis cannot be used here, in one line, or None if it can."""
    try:
        with redis.from_url(plan.redis_url, socket_connect_timeout=ANSWER_WITHIN_S) as client:
            client.ping()
    except redis.RedisError as error:
        return " ".join(str(error).split())
    return None


@contextmanager
def scratch_database(kind: str, plan: Plan) -> Iterator[str]:
    """Configure Django with a new, migrated database; it is gone after the block.

    A process can do this once, because it can configure Django only once.

    Yields:
        What the database is, for the report.
    """
    with MAKERS[kind](plan) as database:
        _configure(database)
        call_command("migrate", verbosity=0, interactive=False)
        name = _describe()
        connection.close()
        try:
            yield name
        finally:
            connection.close()


@contextmanager
def _sqlite_file(_plan: Plan) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="roomkit-bench-") as folder:
        yield sqlite(Path(folder) / "bench.sqlite3")


@contextmanager
def _postgres_database(plan: Plan) -> Iterator[dict[str, Any]]:
    with scratch_address(plan) as address:
        # No pool: each database thread keeps the one connection it has anyway.
        yield postgres(address, pooled=False)


@contextmanager
def scratch_address(plan: Plan) -> Iterator[str]:
    """Make an empty PostgreSQL database and give its URL; it is gone after the block."""
    name = f"roomkit_bench_{os.getpid()}"
    with psycopg.connect(plan.postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(plan.postgres_url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


MAKERS: Mapping[str, Callable[[Plan], AbstractContextManager[dict[str, Any]]]] = {
    "sqlite": _sqlite_file,
    "postgres": _postgres_database,
}


def configure_without_database(redis_url: str = "", *, prefix: str = "") -> None:
    """Configure Django for what needs settings but no database.

    Args:
        redis_url: What carries the channel layer; empty keeps it in this process.
        prefix: Sets the layer's topics apart.
    """
    layer = channel_layer(redis_url, prefix=prefix)
    _configure({"ENGINE": "django.db.backends.dummy"}, layer)


def _configure(database: dict[str, Any], layer: dict[str, Any] | None = None) -> None:
    settings.configure(
        SECRET_KEY="of-no-use",  # noqa: S106 - nothing is signed here
        INSTALLED_APPS=INSTALLED_APPS,
        DATABASES={"default": database},
        CHANNEL_LAYERS={"default": layer or channel_layer("", prefix="")},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        ROOT_URLCONF="roomkit_project.urls",
        USE_TZ=True,
        ROOMKIT={},
    )
    django.setup()
    relax_collector()  # as the site's own processes do


def _describe() -> str:
    version = ".".join(str(part) for part in connection.get_database_version())
    if connection.vendor == "sqlite":
        return f"SQLite {version}, WAL, synchronous NORMAL"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        fsync, synchronous_commit = cursor.fetchone()
    return f"PostgreSQL {version}, fsync {fsync}, synchronous_commit {synchronous_commit}"
