"""Writes of the outbox: leases and outcomes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from rooms import models
from rooms.domain.enums import LaneScope
from rooms.domain.job import OPEN_STATES, DeliveryFinish, DeliveryState
from rooms.models.delivery import FINAL_STATES
from rooms.selectors.clock import get_database_now
from rooms.services import leasing_postgresql
from rooms.services.audit import AuditAction, build_entry
from rooms.services.rooms import lock_rooms

# The row is found by its primary key alone. "state NOT IN" is written so because a predicate that
# implied the partial indexes of open jobs would tempt PostgreSQL to read one of those instead, full
# of dead entries.
WRITE_OUTCOME = """
    UPDATE roomkit_rooms_delivery
       SET state = %s, attempts = %s, provider_message_id = %s, error_code = %s,
           error_message = %s, owes_round = owes_round OR %s, follow_up_at = {{moment}},
           {consequence}
     WHERE id = %s AND state NOT IN ('sent', 'failed', 'discarded', 'unknown', 'parked')
"""
END_LEASE = WRITE_OUTCOME.format(consequence="lease_owner = '', lease_until = NULL, unsaid = NULL")
KEEP_LEASE = WRITE_OUTCOME.format(consequence="due_at = COALESCE({moment}, due_at)")
FENCED = " AND lease_owner = %s"
# The parameter is the seconds to that moment on PostgreSQL, elsewhere the moment.
MOMENT = {"postgresql": "statement_timestamp() + %s::double precision * interval '1 second'"}


@dataclass(frozen=True)
class Lanes:
    """Which lanes to look at: what a lane is, and their (room id, channel id); None means all."""

    scope: LaneScope = LaneScope.BINDING
    named: Collection[tuple[str, str]] | None = None


ALL_LANES = Lanes()


def lease_deliveries(
    *, owner: str, seconds: float, limit: int, lanes: Lanes = ALL_LANES, portable: bool = False
) -> list[models.Delivery]:
    """Take due jobs that nobody holds and whose lanes are free, in lane order.

    Args:
        owner: Who takes them.
        seconds: For how long.
        limit: The most to take.
        lanes: Where to look.
        portable: Use the ORM's own statements also on PostgreSQL.
    """
    if portable or connection.vendor != "postgresql":
        return _lease_portably(owner=owner, seconds=seconds, limit=limit, lanes=lanes)
    return leasing_postgresql.lease_deliveries(
        owner=owner, seconds=seconds, limit=limit, scope=lanes.scope, lanes=lanes.named
    )


@transaction.atomic
def _lease_portably(
    *, owner: str, seconds: float, limit: int, lanes: Lanes
) -> list[models.Delivery]:
    """Take jobs with a few statements.

    Rows that another transaction is changing are skipped; what lies behind them in their lanes is
    left out by the second look, which sees the lanes as they are after the locks were taken.
    """
    now = get_database_now()
    due = models.Delivery.objects.takeable(now)
    asked = due if lanes.named is None else due.of_lanes(lanes.named, lanes.scope)
    found = (
        asked.unobstructed(owner, now=now, scope=lanes.scope)
        .one_turn_at_a_time(owner, now=now)
        .lanes_longest_due_first(lanes.scope)
        .select_for_update(of=_own_rows(), skip_locked=_can_skip())
    )
    taken = list(found.values_list("pk", flat=True)[:limit])
    if not taken:
        return []
    jobs = models.Delivery.objects.filter(pk__in=taken)
    alone = jobs.not_behind_others(taken, owner, now=now, scope=lanes.scope)
    rows = list(alone.one_turn_at_a_time(owner, now=now))
    rows.sort(key=lambda row: taken.index(row.pk))
    return _lease(rows, owner, until=now + timedelta(seconds=seconds))


@transaction.atomic
def renew_leases(*, owner: str, delivery_ids: Collection[str], seconds: float) -> int:
    """Let the leases of these open jobs of `owner` end in `seconds`; return how many there were.

    A job that is being finished at this moment is passed over: waiting for it while holding others
    could make two transactions wait for each other.
    """
    until = get_database_now() + timedelta(seconds=seconds)
    named = models.Delivery.objects.filter(pk__in=list(delivery_ids), lease_owner=owner)
    held = named.exclude(state__in=FINAL_STATES).order_by("pk")
    free = held.select_for_update(of=_own_rows(), skip_locked=_can_skip())
    taken = list(free.values_list("pk", flat=True))
    return models.Delivery.objects.filter(pk__in=taken).update(lease_until=until)


def finish_deliveries(*, finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
    """Write the outcomes of attempts; final jobs lose their lease and stay as they are.

    Return the ids of those that were written on condition that their owner holds them.
    """
    if len(finishes) == 1:
        return _finish_one(finishes[0])
    return _finish_many(finishes)


def _finish_one(finish: DeliveryFinish) -> frozenset[str]:
    """Write one outcome with one statement, which needs no transaction around it."""
    statement, parameters = _statement(finish.state), _parameters(finish)
    if finish.lease_owner is not None:
        statement, parameters = statement + FENCED, [*parameters, finish.lease_owner]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        is_held = finish.lease_owner is not None and cursor.rowcount == 1
    return frozenset({finish.id} if is_held else ())


@transaction.atomic(savepoint=False)
def _finish_many(finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
    """Write outcomes in the order of their rows, so that no two writers wait for each other."""
    ordered = sorted(finishes, key=lambda finish: finish.id)
    fenced = [finish for finish in ordered if finish.lease_owner is not None]
    held = _lock_held(fenced)
    free = [finish for finish in ordered if finish.lease_owner is None or finish.id in held]
    ended = [finish for finish in free if finish.state not in OPEN_STATES]
    going_on = [finish for finish in free if finish.state in OPEN_STATES]
    with connection.cursor() as cursor:
        for alike in (ended, going_on):
            if alike:
                cursor.executemany(_statement(alike[0].state), [_parameters(one) for one in alike])
    return held


def _lock_held(finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
    """Lock the open jobs that are leased to the owners their finishes name; return their ids.

    A lease that has run out counts until another has taken the job.
    """
    if not finishes:
        return frozenset()
    owners = {finish.id: finish.lease_owner for finish in finishes}
    rows = models.Delivery.objects.filter(pk__in=list(owners)).exclude(state__in=FINAL_STATES)
    locked = rows.order_by("pk").select_for_update(of=_own_rows())
    found = locked.values_list("pk", "lease_owner")
    return frozenset(pk for pk, owner in found if owners[pk] == owner)


@transaction.atomic
def release_deliveries(*, room_id: str, error_code: str) -> list[models.Delivery]:
    """Make a room's waiting jobs with this error due now, held by nobody; return them."""
    waiting = models.Delivery.objects.open().filter(
        room_id=room_id, state=DeliveryState.WAITING.value, error_code=error_code
    )
    rows = list(waiting.order_by("pk").select_for_update(of=_own_rows()))
    free = {"due_at": get_database_now(), "lease_owner": "", "lease_until": None}
    models.Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(**free)
    for row in rows:
        vars(row).update(free)
    return sorted(rows, key=lambda row: (row.event_index, row.channel_id))


def reopen_delivery(*, finish: DeliveryFinish) -> bool:
    """Make a sent job waiting, held by nobody, if it has the attempts that the finish says."""
    sent = models.Delivery.objects.filter(
        pk=finish.id, state=DeliveryState.SENT.value, attempts=finish.attempts
    )
    changed = sent.update(
        state=DeliveryState.WAITING.value,
        due_at=get_database_now() + timedelta(seconds=finish.due_in_s or 0.0),
        lease_owner="",
        lease_until=None,
        provider_message_id=finish.provider_message_id,
        error_code=finish.error_code,
        error_message=finish.error_message,
        follow_up_at=None,
    )
    return changed == 1


@transaction.atomic
def retry_deliveries(
    *, delivery_ids: Collection[str], actor: AbstractBaseUser
) -> list[models.Delivery]:
    """Make failed deliveries due again, held by nobody, with an audit entry each.

    So are those of which nobody knows how they ended: a person may know, or take the risk that
    somebody gets a message twice. The attempts go on counting, so that a person's retry is one more
    and not a whole series. Deliveries in any other state are left alone; return those that will be
    tried again.
    """
    now = get_database_now()
    asked = models.Delivery.objects.repeatable().filter(pk__in=delivery_ids).order_by("pk")
    # A question that is being committed is seen to be at work then, or waits behind these.
    lock_rooms(room_ids=set(asked.values_list("room_id", flat=True)))
    rows = list(asked.select_related("room").select_for_update(of=_own_rows()))
    entries = [
        build_entry(
            actor=actor,
            action=AuditAction.DELIVERY_RETRIED,
            row=row,
            organization_id=row.room.organization_id,
            room_id=row.room_id,
            detail={"attempts": row.attempts, "error_code": row.error_code},
        )
        for row in rows
    ]
    models.AuditEntry.objects.bulk_create(entries)
    models.Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.PENDING.value,
        due_at=now,
        lease_owner="",
        lease_until=None,
        follow_up_at=None,
    )
    return rows


def _lease(rows: list[models.Delivery], owner: str, *, until: datetime) -> list[models.Delivery]:
    jobs = models.Delivery.objects.filter(pk__in=[row.pk for row in rows])
    jobs.update(lease_owner=owner, lease_until=until)
    for row in rows:
        row.lease_owner, row.lease_until = owner, until
    return rows


def _own_rows() -> tuple[str, ...]:
    return ("self",) if connection.features.has_select_for_update_of else ()


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _statement(state: DeliveryState) -> str:
    statement = KEEP_LEASE if state in OPEN_STATES else END_LEASE
    return statement.format(moment=MOMENT.get(connection.vendor, "%s"))


def _parameters(finish: DeliveryFinish) -> list[str | float | datetime | None]:
    outcome = [
        finish.state.value,
        finish.attempts,
        finish.provider_message_id,
        finish.error_code,
        finish.error_message,
        finish.owes_round,
        _moment_in(finish.follow_up_in_s),
    ]
    moments = [_moment_in(finish.due_in_s)] if finish.state in OPEN_STATES else []
    return [*outcome, *moments, finish.id]


def _moment_in(seconds: float | None) -> float | datetime | str | None:
    """Return what the statement asks for: see `MOMENT`."""
    if seconds is None or connection.vendor in MOMENT:
        return seconds
    moment = get_database_now() + timedelta(seconds=seconds)
    return connection.ops.adapt_datetimefield_value(moment)
