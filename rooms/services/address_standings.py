"""Writes of how we stand with addresses."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone

from rooms import models
from rooms.domain.standing import ContactPoint, OptOutReason
from rooms.models.columns import FOREIGN_ID_LENGTH
from rooms.services.audit import AuditAction, build_entry

# One statement, so that two messages of one person cannot turn the moment back.
NOTE_INBOUND = """
    INSERT INTO roomkit_rooms_addressstanding AS known
           (organization_id, channel_type, channel_id, address, last_inbound_at,
            opt_out_reason, changed_by)
    VALUES (%s, %s, %s, %s, %s, '', '')
    ON CONFLICT (channel_id, address) DO UPDATE
       SET last_inbound_at = excluded.last_inbound_at,
           organization_id = excluded.organization_id
     WHERE known.last_inbound_at IS NULL OR known.last_inbound_at < excluded.last_inbound_at
"""


def note_inbound(*, points: Sequence[ContactPoint], at: datetime) -> None:
    """Note that these addresses have written; an earlier moment changes nothing."""
    moment = connection.ops.adapt_datetimefield_value(at)
    rows = [
        (point.organization_id or "", point.channel_type, point.channel_id, point.address, moment)
        for point in points
    ]
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(NOTE_INBOUND, row)


@transaction.atomic
def opt_out(*, point: ContactPoint, reason: OptOutReason, by: str) -> bool:
    """Note that an address wants no more; tell whether that is new, or new by the same `by`."""
    by = by[:FOREIGN_ID_LENGTH]
    rows = models.AddressStanding.objects
    # There has to be a row to wait for, lest two who do this at once both change something.
    rows.bulk_create([models.AddressStanding.from_point(point)], ignore_conflicts=True)
    known = list(rows.of_family(point).order_by("pk").select_for_update())
    if stopped := [row for row in known if row.opted_out_at is not None]:
        return any(row.changed_by == by for row in stopped)
    rows.filter(channel_id=point.channel_id, address=point.address).update(
        organization_id=point.organization_id or "",
        channel_type=point.channel_type,
        opted_out_at=timezone.now(),
        opt_out_reason=reason.value,
        changed_by=by,
    )
    return True


@transaction.atomic
def opt_in(*, point: ContactPoint, by: str) -> bool:
    """Note that an address wants messages again; tell whether that is new, or by the same `by`."""
    by = by[:FOREIGN_ID_LENGTH]
    rows = models.AddressStanding.objects.of_family(point)
    known = list(rows.order_by("pk").select_for_update())
    if not any(row.opted_out_at is not None for row in known):
        return any(row.changed_by == by for row in known)
    stopped = rows.filter(opted_out_at__isnull=False)
    stopped.update(opted_out_at=None, opt_out_reason="", changed_by=by)
    return True


@transaction.atomic
def change_by_person(
    *, rows: Sequence[models.AddressStanding], opts_out: bool, actor: AbstractBaseUser
) -> int:
    """Opt addresses out, or in again, on a person's word, with an audit entry each.

    Return how many it changed anything for.
    """
    changed = 0
    by = f"user:{actor.pk}:{timezone.now().isoformat()}"
    for row in rows:
        done = (
            opt_out(point=row.point, reason=OptOutReason.PERSON, by=by)
            if opts_out
            else opt_in(point=row.point, by=by)
        )
        if done:
            action = AuditAction.ADDRESS_OPTED_OUT if opts_out else AuditAction.ADDRESS_OPTED_IN
            _audit(row, action, actor)
            changed += 1
    return changed


@transaction.atomic
def opt_out_by_person(*, point: ContactPoint, actor: AbstractBaseUser) -> models.AddressStanding:
    """Opt an address out that may never have written, with an audit entry; return its row."""
    models.AddressStanding.objects.bulk_create(
        [models.AddressStanding.from_point(point)], ignore_conflicts=True
    )
    row = models.AddressStanding.objects.get(channel_id=point.channel_id, address=point.address)
    change_by_person(rows=[row], opts_out=True, actor=actor)
    return row


def _audit(row: models.AddressStanding, action: AuditAction, actor: AbstractBaseUser) -> None:
    build_entry(
        actor=actor,
        action=action,
        row=row,
        organization_id=row.organization_id,
        detail={"channel_id": row.channel_id, "channel_type": row.channel_type},
    ).save()
