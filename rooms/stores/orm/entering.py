"""Entering rooms: the leases, the snapshots and the known keys of many callers together.

PostgreSQL does it in one call for all who ask for the same lease, and in one for all who ask for
none; any other database takes a few statements.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import connection, transaction

from rooms.domain.commit import RoomSnapshot
from rooms.domain.event import RoomEvent
from rooms.domain.lease import LeaseRequest, RoomEntry
from rooms.services.room_leases import take_room_leases
from rooms.stores.orm.json_values import parse_json
from rooms.stores.orm.snapshot import Snapshots, choose_reader, has_json_form
from rooms.stores.orm.snapshot_sql import build_entry_statement
from rooms.stores.orm.verbs.events import find_events_by_keys, get_event
from rooms.stores.orm.verbs.leases import take_room_lease

CALL = (
    "SELECT place, snapshot, known_id, token "
    "FROM roomkit_rooms_enter(%s::text[], %s::text[], %s, %s, %s)"
)
TAKE = "SELECT token FROM roomkit_rooms_take_leases(ARRAY[%s], %s, %s)"


class Visit(NamedTuple):
    """What one caller asks of a room."""

    room_id: str
    key: str | None
    lease: LeaseRequest | None


Answers = list[RoomEntry]
Enter = Callable[[Sequence[Visit]], Answers]
TakeLease = Callable[[str, LeaseRequest], int | None]


def choose_entrance(*, portable: bool) -> Enter:
    """Return how rooms are entered on the database at hand."""
    if connection.vendor == "postgresql" and has_json_form(portable=portable):
        return lambda visits: _enter_by_lease(visits, _call)
    read = choose_reader(portable=portable)
    return lambda visits: _enter_by_lease(visits, lambda some: _enter_portably(some, read))


def choose_lease_taker(*, portable: bool) -> TakeLease:
    """Return how a room's lease is taken on the database at hand."""
    return take_room_lease if portable or connection.vendor != "postgresql" else _take


def _enter_by_lease(visits: Sequence[Visit], enter: Enter) -> Answers:
    """Let those enter together who ask for the same lease."""
    places: defaultdict[LeaseRequest | None, list[int]] = defaultdict(list)
    for place, visit in enumerate(visits):
        places[visit.lease].append(place)
    answers: dict[int, RoomEntry] = {}
    for asked in places.values():
        answers.update(zip(asked, enter([visits[place] for place in asked]), strict=True))
    return [answers[place] for place in range(len(visits))]


def _call(visits: Sequence[Visit]) -> Answers:
    """Ask PostgreSQL, with one statement unless a key is known."""
    lease = visits[0].lease
    asked = ([visit.room_id for visit in visits], [visit.key for visit in visits])
    with connection.cursor() as cursor:
        if lease is None:
            cursor.execute(build_entry_statement("%s::text[]", "%s::text[]"), asked)
        else:
            reading = build_entry_statement("$1", "$2")
            cursor.execute(CALL, [*asked, lease.owner, lease.seconds, reading])
        rows = {place: row for place, *row in cursor.fetchall()}
    return [_read(*rows.get(place, _NOTHING)) for place in range(1, len(visits) + 1)]


_NOTHING = (None, None, 0)


def _read(snapshot: str | None, known_id: str | None, token: int | None = 0) -> RoomEntry:
    if token is None:
        return RoomEntry(busy=True)
    return RoomEntry(
        snapshot=parse_json(RoomSnapshot, snapshot) if snapshot else None,
        known=get_event(known_id) if known_id else None,
        lease_token=token or None,
    )


def _enter_portably(visits: Sequence[Visit], read: Callable[[Sequence[str]], Snapshots]) -> Answers:
    """Take the leases, then read; with a lease all in one transaction."""
    lease = visits[0].lease
    if lease is None:
        return _look(visits, read, {})
    with transaction.atomic():
        tokens = take_room_leases(room_ids=[visit.room_id for visit in visits], lease=lease)
        return _look(visits, read, tokens)


def _look(
    visits: Sequence[Visit], read: Callable[[Sequence[str]], Snapshots], tokens: dict[str, int]
) -> Answers:
    snapshots = read([visit.room_id for visit in visits])
    keyed = [(visit.room_id, visit.key) for visit in visits if visit.key is not None]
    known = dict(zip(keyed, find_events_by_keys(keyed), strict=True)) if keyed else {}
    return [
        _judge(visit, snapshot, tokens.get(visit.room_id), known)
        for visit, snapshot in zip(visits, snapshots, strict=True)
    ]


def _judge(
    visit: Visit,
    snapshot: RoomSnapshot | None,
    token: int | None,
    known: dict[tuple[str, str], RoomEvent | None],
) -> RoomEntry:
    if snapshot is None:
        return RoomEntry()
    if visit.lease is not None and token is None:
        return RoomEntry(busy=True)
    original = None if visit.key is None else known[visit.room_id, visit.key]
    return RoomEntry(snapshot=snapshot, known=original, lease_token=token)


def _take(room_id: str, lease: LeaseRequest) -> int | None:
    """Take a room's lease with one statement."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [room_id, lease.owner, lease.seconds])
        token: int | None = cursor.fetchone()[0]
    return token
