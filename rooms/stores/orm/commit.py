"""The portable commit: a handful of statements for a whole group of units."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain

from django.db import IntegrityError, connection, transaction

from rooms import models
from rooms.domain.commit import Committed, CommitUnit
from rooms.domain.enums import LaneScope
from rooms.domain.room import Room
from rooms.selectors.clock import get_database_now
from rooms.selectors.deliveries import find_obstructed_lanes
from rooms.services.ownership import OwnerMove, write_down_owner_moves
from rooms.services.rows import insert_rows, update_rows
from rooms.stores.orm.json_values import parse_json
from rooms.stores.orm.side_writes import change_targets, write_side_effects
from rooms.stores.orm.snapshot_sql import DIALECTS, build_room_statement
from rooms.stores.orm.verdicts import Lane, LockedRoom, Verdict, judge

RoomReader = Callable[[Sequence[str]], list[LockedRoom]]
Commit = Callable[[Sequence[CommitUnit]], list[Committed]]

COUNTED = (
    "updated_at",
    "event_count",
    "next_index",
    "last_activity_at",
    "status",
    "paused_at",
)
RARELY_CHANGED = ("closed_at", "metadata", "history_version")
OWNER = ("owner_kind", "owner_id", "owner_epoch")
# A row made from a room value holds no lease.
LEASE = ("lease_owner", "lease_until")


def build_commit(*, portable: bool, lane_scope: LaneScope = LaneScope.BINDING) -> Commit:
    """Build the commit for the database at hand.

    On SQLite the rooms come as JSON, which costs a tenth of what the ORM takes to build them.
    """
    is_sqlite = connection.vendor == "sqlite" and connection.timezone_name == "UTC"
    read_rooms = _read_json_rooms if is_sqlite and not portable else _lock_rooms

    def commit(units: Sequence[CommitUnit]) -> list[Committed]:
        return commit_units(units, read_rooms, lane_scope)

    return commit


def commit_units(
    units: Sequence[CommitUnit], read_rooms: RoomReader, lane_scope: LaneScope
) -> list[Committed]:
    """Commit units of different rooms in one transaction and answer in the same order.

    Most keys are new, so the first try leaves it to the unique constraint to find a known one; only
    if that speaks up, all keys are looked up before anything is written.
    """
    try:
        return _commit(units, read_rooms, lane_scope, is_careful=False)
    except IntegrityError:
        return _commit(units, read_rooms, lane_scope, is_careful=True)


@transaction.atomic
def _commit(
    units: Sequence[CommitUnit],
    read_rooms: RoomReader,
    lane_scope: LaneScope,
    *,
    is_careful: bool,
) -> list[Committed]:
    rooms = {locked.room.id: locked for locked in read_rooms([unit.room_id for unit in units])}
    verdicts = [judge(unit, rooms.get(unit.room_id)) for unit in units]
    # A known key comes before the other refusals.
    _replay([one for one in verdicts if is_careful or not one.is_accepted])
    _write([one for one in verdicts if one.is_accepted], lane_scope)
    return [verdict.answer() for verdict in verdicts]


def _lock_rooms(room_ids: Sequence[str]) -> list[LockedRoom]:
    rooms = models.Room.objects.locked().filter(pk__in=list(room_ids))
    return [LockedRoom(room.to_domain(), room.lease_token) for room in rooms]


def _read_json_rooms(room_ids: Sequence[str]) -> list[LockedRoom]:
    """Read rooms inside a transaction that has locked the whole file."""
    statement = build_room_statement(DIALECTS["sqlite"], count=len(room_ids))
    with connection.cursor() as cursor:
        cursor.execute(statement, list(room_ids))
        return [LockedRoom(parse_json(Room, room), token) for room, token in cursor.fetchall()]


def _replay(verdicts: Sequence[Verdict]) -> None:
    """Turn the verdicts whose key is known in their room into replays of the original."""
    keyed = [one for one in verdicts if one.room is not None and one.key is not None]
    if not keyed:
        return
    rows = models.Event.objects.filter(
        room_id__in=[one.unit.room_id for one in keyed], idempotency_key__in=[o.key for o in keyed]
    )
    originals = {(row.room_id, row.idempotency_key): row for row in rows}
    for one in keyed:
        if (original := originals.get((one.unit.room_id, one.key))) is not None:
            one.replay(original.to_domain())


def _write(verdicts: Sequence[Verdict], lane_scope: LaneScope) -> None:
    if not verdicts:
        return
    units = [verdict.unit for verdict in verdicts]
    targets = change_targets(units)
    now = get_database_now()
    obstructed = _find_obstructed(units, lane_scope, now)
    moves = _owner_moves(verdicts)
    for verdict in verdicts:
        room_id = verdict.unit.room_id
        verdict.work_out(now, target=targets.get(room_id), obstructed=obstructed)
    rich = [unit for unit in units if not unit.is_plain]
    changed = COUNTED + RARELY_CHANGED if rich else COUNTED
    _write_rows(verdicts, changed + OWNER if moves else changed)
    if rich:
        write_side_effects(rich)
    write_down_owner_moves(moves=moves)


def _owner_moves(verdicts: Sequence[Verdict]) -> list[OwnerMove]:
    """Return the changes of owner, each with the room as it is before."""
    return [
        OwnerMove(one.room, one.unit.owner_change)
        for one in verdicts
        if one.room is not None and one.unit.owner_change is not None
    ]


def _write_rows(verdicts: Sequence[Verdict], changed: Sequence[str]) -> None:
    """Write events, rooms and jobs; of the rooms only the columns that may have `changed`."""
    events = chain.from_iterable(verdict.events for verdict in verdicts)
    jobs = chain.from_iterable(verdict.jobs for verdict in verdicts)
    insert_rows([models.Event.from_domain(event) for event in events])
    update_rows(_room_rows(verdicts, ends_lease=False), changed)
    update_rows(_room_rows(verdicts, ends_lease=True), (*changed, *LEASE))
    insert_rows([models.Delivery.from_domain(job) for job in jobs])


def _room_rows(verdicts: Sequence[Verdict], *, ends_lease: bool) -> list[models.Room]:
    chosen = [verdict for verdict in verdicts if verdict.ends_lease is ends_lease]
    return [models.Room.from_domain(one.room) for one in chosen if one.room is not None]


def _find_obstructed(
    units: Sequence[CommitUnit], lane_scope: LaneScope, now: datetime
) -> frozenset[Lane]:
    """Return the lanes of new jobs whose owner does not hold all that comes before them."""
    owners = {unit.room_id: unit.lease_owner for unit in units if unit.lease_owner}
    lanes = [
        (unit.room_id, planned.channel_id)
        for unit in units
        if unit.room_id in owners
        for write in unit.events
        for planned in write.deliveries
    ]
    if not lanes:
        return frozenset()
    return find_obstructed_lanes(lanes, owners=owners, scope=lane_scope, now=now)
