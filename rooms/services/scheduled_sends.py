"""Writes of messages that are to be said later."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from rooms import models
from rooms.domain.errors import RoomNotFoundError, ScheduledSendNotFoundError
from rooms.domain.scheduled import ScheduledEnd, ScheduledSend, ScheduledState
from rooms.selectors.clock import get_database_now
from rooms.services.audit import AuditAction, build_entry


def add_scheduled(*, scheduled: ScheduledSend) -> models.ScheduledSend:
    """Insert a scheduled send.

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    if not models.Room.objects.filter(pk=scheduled.room_id).exists():
        raise RoomNotFoundError(scheduled.room_id)
    row = models.ScheduledSend.from_domain(scheduled)
    row.save(force_insert=True)
    return row


@transaction.atomic
def schedule_by_hand(*, scheduled: ScheduledSend, actor: AbstractBaseUser) -> models.ScheduledSend:
    """Insert what a person wants to be said later, with an audit entry.

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    row = add_scheduled(scheduled=scheduled)
    detail = {"at": scheduled.at.isoformat(), "visibility": scheduled.visibility}
    _write_down(row, actor, AuditAction.SEND_SCHEDULED, detail)
    return row


def lease_scheduled(*, seconds: float, limit: int) -> list[models.ScheduledSend]:
    """Take those whose moment has come for `seconds`, the oldest first.

    Most of the time there are none, so that is found out without a transaction.
    """
    now = get_database_now()
    due = models.ScheduledSend.objects.waiting().free(now).filter(at__lte=now)
    found = list(due.order_by("at", "pk").values_list("pk", flat=True)[:limit])
    return _take(found, seconds) if found else []


@transaction.atomic
def _take(found: Sequence[str], seconds: float) -> list[models.ScheduledSend]:
    now = get_database_now()
    free = models.ScheduledSend.objects.waiting().free(now).filter(pk__in=found)
    can_skip = connection.features.has_select_for_update_skip_locked
    rows = list(free.order_by("at", "pk").select_for_update(skip_locked=can_skip))
    taken = models.ScheduledSend.objects.filter(pk__in=[row.pk for row in rows])
    taken.update(lease_until=now + timedelta(seconds=seconds))
    return rows


@transaction.atomic
def end_scheduled(*, scheduled_id: str, end: ScheduledEnd) -> None:
    """Write what became of a scheduled send.

    What was said was said, whatever else is written down; anything else ends only what waits.
    """
    rows = models.ScheduledSend.objects.filter(pk=scheduled_id)
    open_rows = rows if end.state is ScheduledState.SENT else rows.waiting()
    open_rows.update(
        state=end.state.value, event_id=end.event_id, error=end.error, lease_until=None
    )


@transaction.atomic
def cancel_scheduled(*, scheduled_id: str) -> models.ScheduledSend:
    """Cancel a scheduled send and return it as it then is.

    One that is about to be said, or is on the timeline already, stays as it is.

    Raises:
        ScheduledSendNotFoundError: If there is no such one.
    """
    row = models.ScheduledSend.objects.select_for_update().filter(pk=scheduled_id).first()
    if row is None:
        raise ScheduledSendNotFoundError(scheduled_id)
    if _is_cancelable(row):
        row.state = ScheduledState.CANCELED.value
        row.save(update_fields=["state"])
    return row


@transaction.atomic
def cancel_by_hand(
    *, scheduled_ids: Collection[str], actor: AbstractBaseUser
) -> list[models.ScheduledSend]:
    """Cancel those that still can be, with an audit entry each; return them."""
    rows = models.ScheduledSend.objects.filter(pk__in=scheduled_ids).order_by("pk")
    canceled = [row for row in rows.select_for_update() if _is_cancelable(row)]
    for row in canceled:
        row.state = ScheduledState.CANCELED.value
        row.save(update_fields=["state"])
        _write_down(row, actor, AuditAction.SEND_CANCELED, {"at": row.at.isoformat()})
    return canceled


def _is_cancelable(row: models.ScheduledSend) -> bool:
    """Tell whether a locked row waits and nobody has said it or is about to."""
    if row.state != ScheduledState.SCHEDULED.value:
        return False
    if row.lease_until is not None and row.lease_until > get_database_now():
        return False
    key = row.to_domain().idempotency_key
    return not models.Event.objects.filter(room_id=row.room_id, idempotency_key=key).exists()


def _write_down(
    row: models.ScheduledSend, actor: AbstractBaseUser, action: AuditAction, detail: dict[str, str]
) -> None:
    build_entry(
        actor=actor,
        action=action,
        row=row,
        organization_id=row.room.organization_id,
        room_id=row.room_id,
        detail=detail,
    ).save()
