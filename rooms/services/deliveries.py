"""Writes of the outbox: leases and outcomes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from rooms import models
from rooms.domain.job import OPEN_STATES, DeliveryFinish, DeliveryState
from rooms.selectors.clock import get_database_now
from rooms.services.audit import AuditAction, build_entry

# The row is found by its primary key alone. "state NOT IN" is written so because a predicate that
# implied the partial index of open jobs would tempt PostgreSQL to read that one instead, full of
# dead entries.
WRITE_OUTCOME = """
    UPDATE roomkit_rooms_delivery
       SET state = %s, attempts = %s, provider_message_id = %s, error_code = %s,
           error_message = %s, {consequence}
     WHERE id = %s AND state NOT IN ('sent', 'failed', 'discarded')
"""
END_LEASE = WRITE_OUTCOME.format(consequence="lease_owner = '', lease_until = NULL")
WAIT_UNTIL = WRITE_OUTCOME.format(consequence="due_at = COALESCE(%s, due_at)")


@transaction.atomic
def lease_deliveries(*, owner: str, seconds: float, limit: int) -> list[models.Delivery]:
    """Take due jobs that nobody holds and whose lanes are free, in lane order.

    Rows that another transaction is changing are skipped; what lies behind them in their lanes is
    left out by the second look, which sees the lanes as they are after the locks were taken.
    """
    now = get_database_now()
    found = (
        models.Delivery.objects.takeable(now)
        .unobstructed(owner, now=now)
        .lanes_longest_due_first()
        .select_for_update(of=_own_rows(), skip_locked=_can_skip())
    )
    taken = list(found.values_list("pk", flat=True)[:limit])
    if not taken:
        return []
    jobs = models.Delivery.objects.filter(pk__in=taken)
    rows = list(jobs.not_behind_others(taken, owner, now=now))
    rows.sort(key=lambda row: taken.index(row.pk))
    return _lease(rows, owner, until=now + timedelta(seconds=seconds))


@transaction.atomic
def renew_leases(*, owner: str, seconds: float) -> int:
    """Let the lease of every open job of `owner` end in `seconds`; return how many there are."""
    until = get_database_now() + timedelta(seconds=seconds)
    return models.Delivery.objects.open().filter(lease_owner=owner).update(lease_until=until)


@transaction.atomic(savepoint=False)
def finish_deliveries(*, finishes: Sequence[DeliveryFinish]) -> None:
    """Write the outcomes of attempts; final jobs lose their lease and stay as they are."""
    ordered = sorted(finishes, key=lambda finish: finish.id)
    ended = [finish for finish in ordered if finish.state not in OPEN_STATES]
    waiting = [finish for finish in ordered if finish.state in OPEN_STATES]
    with connection.cursor() as cursor:
        if ended:
            cursor.executemany(END_LEASE, [(*_outcome(one), one.id) for one in ended])
        if waiting:
            rows = [(*_outcome(one), _moment(one.due_at), one.id) for one in waiting]
            cursor.executemany(WAIT_UNTIL, rows)


@transaction.atomic
def retry_deliveries(
    *, delivery_ids: Collection[str], actor: AbstractBaseUser
) -> list[models.Delivery]:
    """Make failed deliveries due again, held by nobody, with an audit entry each.

    The attempts go on counting, so that a person's retry is one more and not a whole series.
    Deliveries in any other state are left alone; return those that will be tried again.
    """
    now = get_database_now()
    failed = models.Delivery.objects.failed().filter(pk__in=delivery_ids).order_by("pk")
    rows = list(failed.select_related("room").select_for_update(of=_own_rows()))
    entries = [
        build_entry(
            actor=actor,
            action=AuditAction.DELIVERY_RETRIED,
            row=row,
            room=row.room,
            detail={"attempts": row.attempts, "error_code": row.error_code},
        )
        for row in rows
    ]
    models.AuditEntry.objects.bulk_create(entries)
    models.Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.PENDING.value, due_at=now, lease_owner="", lease_until=None
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


def _outcome(finish: DeliveryFinish) -> tuple[str | int | None, ...]:
    return (
        finish.state.value,
        finish.attempts,
        finish.provider_message_id,
        finish.error_code,
        finish.error_message,
    )


def _moment(value: datetime | None) -> datetime | str | None:
    return connection.ops.adapt_datetimefield_value(value) if value else None
