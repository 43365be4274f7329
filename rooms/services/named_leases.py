"""Writes of the leases that go by a name."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from rooms import models
from rooms.selectors.clock import get_database_now


@transaction.atomic
def acquire_lease(*, name: str, owner: str, seconds: float) -> bool:
    """Take a lease that nobody else holds, or renew one's own; tell whether `owner` has it.

    It may be taken or given back by others between any two of the statements: an insert that meets
    another's row does nothing, and whose the row is in the end is read from the row.
    """
    now = get_database_now()
    lease = {"owner": owner, "until": now + timedelta(seconds=seconds)}
    free = models.Lease.objects.filter(Q(owner=owner) | Q(until__lte=now), pk=name)
    if free.update(**lease):
        return True
    models.Lease.objects.bulk_create([models.Lease(pk=name, **lease)], ignore_conflicts=True)
    return models.Lease.objects.filter(pk=name, owner=owner).exists()


def release_lease(*, name: str, owner: str) -> None:
    """Give a named lease back; another's stays."""
    models.Lease.objects.filter(pk=name, owner=owner).delete()
