"""Databases of their own for tests that run real processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.addresses import POSTGRES_URL


@contextmanager
def sqlite_database(directory: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a SQLite file in `directory`."""
    yield {"DATABASE_URL": ""}


@contextmanager
def postgres_database(directory: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a new PostgreSQL database; it is dropped at the end."""
    import psycopg  # noqa: PLC0415 - an extra; only tests that need it import it

    name = f"roomkit_fault_{os.getpid()}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": f"{POSTGRES_URL.rsplit('/', 1)[0]}/{name}"}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
