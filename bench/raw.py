"""The yardstick: one row, one INSERT, one commit, nothing around it.

The table has the columns of the timeline, its primary key and its unique place in a room, but none
of its other indexes and no foreign key. Each writer is a thread with a connection of its own that
stays open; its statement carries its own commit, and is prepared where the driver can.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from typing import Any

import psycopg
from django.db import connection

from bench.samples import Sample, timed
from bench.values import build_event
from roomkit_project.databases import SQLITE_LOCK_TIMEOUT_S, SQLITE_PRAGMAS
from rooms import models
from rooms.domain.frozen import new_id

TABLE = "bench_raw"
ADDRESS = ("dbname", "user", "password", "host", "port")

Values = Sequence[Any]
Insert = Callable[[Values], object]


class RawTable:
    """A table beside the timeline's, and the writers that fill it."""

    def __init__(self) -> None:
        fields = models.Event._meta.concrete_fields
        row = models.Event.from_domain(build_event())
        self._example = [
            field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields
        ]
        columns = [f'"{field.column}"' for field in fields]
        self._id, self._room, self._index = map(columns.index, ('"id"', '"room_id"', '"index"'))
        types = [
            f"{name} {field.db_type(connection)} {'NULL' if field.null else 'NOT NULL'}"
            for name, field in zip(columns, fields, strict=True)
        ]
        keys = ['PRIMARY KEY ("id")', 'UNIQUE ("room_id", "index")']
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {TABLE} ({', '.join(types + keys)})")
        self._into = f"INSERT INTO {TABLE} ({', '.join(columns)}) VALUES "  # noqa: S608
        self._connect = CONNECT[connection.vendor]
        self._slices = 0

    def fill(self, *, writers: int, slice_s: float) -> Sample:
        """Insert rows for a while."""
        self._slices += 1
        with ExitStack() as stack, ThreadPoolExecutor(writers) as threads:
            inserts = [
                stack.enter_context(self._connect(self._into, len(self._example)))
                for _ in range(writers)
            ]
            with timed() as sample:
                end = time.perf_counter() + slice_s
                written = [
                    threads.submit(self._write, insert, f"room-{self._slices}-{number}", end)
                    for number, insert in enumerate(inserts)
                ]
                sample.done = sum(each.result() for each in written)
        return sample

    def _write(self, insert: Insert, room_id: str, end: float) -> int:
        values, written = list(self._example), 0
        values[self._room] = room_id
        while time.perf_counter() < end:
            values[self._id], values[self._index] = new_id(), written
            insert(values)
            written += 1
        return written


@contextmanager
def _connect_postgres(into: str, columns: int) -> Iterator[Insert]:
    where = connection.get_connection_params()
    address = {name: where[name] for name in ADDRESS if name in where}
    statement = f"{into} ({', '.join(['%s'] * columns)})"
    with psycopg.connect(**address, autocommit=True) as own:
        yield lambda values: own.execute(statement, values, prepare=True)


@contextmanager
def _connect_sqlite(into: str, columns: int) -> Iterator[Insert]:
    path = connection.settings_dict["NAME"]
    statement = f"{into} ({', '.join('?' * columns)})"
    opened = sqlite3.connect(
        path, timeout=SQLITE_LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    with closing(opened) as own:
        own.executescript(SQLITE_PRAGMAS)
        yield lambda values: own.execute(statement, values)


CONNECT: Mapping[str, Callable[[str, int], AbstractContextManager[Insert]]] = {
    "postgresql": _connect_postgres,
    "sqlite": _connect_sqlite,
}
