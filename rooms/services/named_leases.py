"""Writes of the leases that go by a name."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from rooms import models
from rooms.selectors.clock import get_database_now


@transaction.atomic
def acquire_lease(*, name: str, owner: str, seconds: float) -> bool:
    """Take a lease that nobody else holds, or renew one's own; tell whether `owner` has it."""
    now = get_database_now()
    lease = {"owner": owner, "until": now + timedelta(seconds=seconds)}
    free = models.Lease.objects.filter(Q(owner=owner) | Q(until__lte=now), pk=name)
    if free.update(**lease):
        return True
    _, is_new = models.Lease.objects.get_or_create(pk=name, defaults=lease)
    return is_new


def release_lease(*, name: str, owner: str) -> None:
    """Give a named lease back; another's stays."""
    models.Lease.objects.filter(pk=name, owner=owner).delete()
