"""Writes of addresses that want no more webhooks."""

from collections.abc import Collection

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.models import ClosedEndpoint
from rooms.models import AuditEntry, Room
from rooms.models.columns import ID_LENGTH
from rooms.selectors.clock import get_database_now
from rooms.services.audit import build_entry

ENDPOINT_REOPENED = "endpoint_reopened"


@transaction.atomic
def close_endpoint(*, digest: str, host: str, room_id: str) -> None:
    """Note that an address wants no more; one that is noted stays as it is."""
    organizations = Room.objects.filter(pk=room_id).values_list("organization_id", flat=True)
    row = ClosedEndpoint(
        digest=digest,
        host=host[:ID_LENGTH],
        organization_id=organizations.first() or "",
        room_id=room_id,
        closed_at=get_database_now(),
    )
    ClosedEndpoint.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def reopen_endpoints(*, digests: Collection[str], actor: AbstractBaseUser) -> int:
    """Have addresses posted to again, with an audit entry each; return how many there were."""
    rows = list(ClosedEndpoint.objects.filter(pk__in=digests).order_by("pk"))
    AuditEntry.objects.bulk_create(
        build_entry(
            actor=actor,
            action=ENDPOINT_REOPENED,
            row=row,
            organization_id=row.organization_id,
            detail={"host": row.host},
        )
        for row in rows
    )
    ClosedEndpoint.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
