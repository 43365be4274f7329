"""PostgreSQL: a database of one's own on the machine's server, or a whole server of one's own."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.addresses import POSTGRES_URL
from tests.cluster.ports import HOST, take_free_port
from tests.cluster.process import Process
from tests.plugins.programs import find_postgres_programs

ENDS_WITHIN_S = 20.0

_numbers = count(1)


class Database:
    """One database, by its address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return what a query finds, seen at one moment."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), parameters).fetchall()


@contextmanager
def own_database(*, template: str = "template1") -> Iterator[Database]:
    """Make a database on the machine's server; it is dropped at the end."""
    name = f"roomkit_cluster_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        try:
            yield Database(f"{POSTGRES_URL.rpartition('/')[0]}/{name}")
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


class PostgresServer:
    """A PostgreSQL server of one's own, which may be ended without disturbing anybody.

    Attributes:
        database: Its one database.
    """

    def __init__(self, place: Path, log_directory: Path) -> None:
        programs = find_postgres_programs()
        assert programs is not None, "PostgreSQL's programs are not installed here"
        port = take_free_port()
        # PostgreSQL refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        data = str(place / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-N"]
        subprocess.run(
            initdb,
            check=True,
            capture_output=True,
            cwd=place,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        self.database = Database(f"postgres://postgres@{HOST}:{port}/postgres")
        self.process = Process(
            "postgres",
            [str(programs / "postgres"), "-D", data, "-p", str(port), "-k", str(place)],
            {},
            log_directory,
            lambda _output: self._takes_queries(),
            user,
        )

    def start(self) -> None:
        """Run it and wait until it takes queries."""
        self.process.start()
        self.process.wait_until_ready()

    def stop(self) -> None:
        """End it in order, cutting off its clients."""
        self.process.end(signal.SIGINT, ENDS_WITHIN_S)

    def crash(self) -> None:
        """End it at once; the next start recovers from its log."""
        self.process.end(signal.SIGQUIT, ENDS_WITHIN_S)

    def _takes_queries(self) -> bool:
        try:
            return bool(self.database.rows("SELECT 1"))
        except psycopg.OperationalError:
            return False


@contextmanager
def own_postgres(log_directory: Path) -> Iterator[PostgresServer]:
    """Start a PostgreSQL server of one's own; it is gone with the block."""
    with tempfile.TemporaryDirectory(
        prefix="roomkit-postgres-", ignore_cleanup_errors=True
    ) as made:
        place = Path(made)
        place.chmod(0o777)  # the server runs as somebody else
        server = PostgresServer(place, log_directory)
        server.start()
        try:
            yield server
        finally:
            server.crash()
