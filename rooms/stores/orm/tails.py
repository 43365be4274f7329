"""The last messages of rooms, of many rooms at once.

PostgreSQL and SQLite build the events' JSON themselves, in one statement; any other database
answers the portable form, which the tests hold the two against.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from django.db import connection

from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.stores.orm.json_values import parse_json
from rooms.stores.orm.snapshot import has_json_form
from rooms.stores.orm.snapshot_sql import DIALECTS, Dialect
from rooms.stores.orm.tail_sql import FROM_THE_START, build_tails_statement
from rooms.stores.orm.verbs.events import load_tail


class TailRequest(NamedTuple):
    """What one caller asks: the last `limit` messages, only those after an index if given."""

    room_id: str
    limit: int
    after_index: int | None = None


class _Tail(Frozen):
    """What the database says of one room, newest first."""

    events: list[RoomEvent]


Tails = list[list[RoomEvent]]


def choose_tails_reader(*, portable: bool) -> Callable[[Sequence[TailRequest]], Tails]:
    """Return the reader for the database at hand; it answers in the order of the requests."""
    if not has_json_form(portable=portable):
        return _load_portably
    return partial(_load_json, DIALECTS[connection.vendor])


def _load_portably(requests: Sequence[TailRequest]) -> Tails:
    """Read tails with the ORM, room by room."""
    return [
        load_tail(asked.room_id, limit=asked.limit, after_index=asked.after_index)
        for asked in requests
    ]


def _load_json(dialect: Dialect, requests: Sequence[TailRequest]) -> Tails:
    parameters: list[str | int] = []
    for place, (room_id, limit, after_index) in enumerate(requests):
        after = FROM_THE_START if after_index is None else after_index
        parameters += (place, room_id, after, limit)
    with connection.cursor() as cursor:
        cursor.execute(build_tails_statement(dialect, count=len(requests)), parameters)
        found = {place: parse_json(_Tail, tail) for place, tail in cursor.fetchall()}
    return [found[place].events[::-1] for place in range(len(requests))]
