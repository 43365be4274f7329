"""One read of everything the pipeline needs to know of a room, for many rooms at once.

PostgreSQL and SQLite build the snapshots' JSON themselves, in one statement; any other database
answers the portable form, which the tests hold the two against.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from django.db import connection

from rooms import models
from rooms.domain.commit import RoomSnapshot
from rooms.domain.context import RoomContext
from rooms.stores.orm.json_values import parse_json
from rooms.stores.orm.snapshot_sql import DIALECTS, build_statement

V = TypeVar("V", covariant=True)

Snapshots = list[RoomSnapshot | None]


class _RoomRow(Protocol[V]):
    """A row that belongs to a room."""

    room_id: str

    def to_domain(self) -> V:
        """Return the row as a value."""


def has_json_form(*, portable: bool) -> bool:
    """Tell whether the database at hand builds the snapshots itself."""
    is_able = connection.vendor in DIALECTS and connection.timezone_name == "UTC"
    return is_able and not portable


def choose_reader(*, portable: bool) -> Callable[[Sequence[str]], Snapshots]:
    """Return the reader for the database at hand; it gives None for unknown rooms."""
    if not has_json_form(portable=portable):
        return load_portable
    statement = build_statement(connection.vendor)
    return lambda room_ids: _load_json(statement, room_ids)


def load_portable(room_ids: Sequence[str]) -> Snapshots:
    """Read snapshots with the ORM, table by table."""
    rooms = models.Room.objects.in_bulk(list(room_ids))
    here = {"room_id__in": list(rooms)}
    bindings = _by_room(
        models.ChannelBinding.objects.filter(**here).order_by("attached_at", "channel_id")
    )
    people = _by_room(
        models.Participant.objects.filter(**here).order_by("joined_at", "participant_id")
    )
    addresses = _by_room(models.RoomAddress.objects.filter(**here).order_by("id"))
    detached: defaultdict[str, list[str]] = defaultdict(list)
    for room_id, channel_id in models.DetachTombstone.objects.filter(**here).values_list(
        "room_id", "channel_id"
    ):
        detached[room_id].append(channel_id)
    found = {
        room_id: RoomSnapshot(
            context=RoomContext(
                room=room.to_domain(), bindings=bindings[room_id], participants=people[room_id]
            ),
            addresses=tuple(addresses[room_id]),
            detached=frozenset(detached[room_id]),
        )
        for room_id, room in rooms.items()
    }
    return [found.get(room_id) for room_id in room_ids]


def _load_json(statement: str, room_ids: Sequence[str]) -> Snapshots:
    placeholders = ", ".join(["%s"] * len(room_ids))
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{room_ids}", placeholders), list(room_ids))
        found = {
            room_id: parse_json(RoomSnapshot, snapshot) for room_id, snapshot in cursor.fetchall()
        }
    return [found.get(room_id) for room_id in room_ids]


def _by_room(rows: Iterable[_RoomRow[V]]) -> defaultdict[str, list[V]]:
    grouped: defaultdict[str, list[V]] = defaultdict(list)
    for row in rows:
        grouped[row.room_id].append(row.to_domain())
    return grouped
