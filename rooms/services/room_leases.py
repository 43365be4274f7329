"""Writes of the leases by which one process at a time writes to a room."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from rooms import models
from rooms.domain.lease import LeaseRequest
from rooms.selectors.clock import get_database_now


@transaction.atomic(savepoint=False)
def take_room_leases(*, room_ids: Collection[str], lease: LeaseRequest) -> dict[str, int]:
    """Take the leases of rooms that no other living owner holds; return their tokens by room id."""
    now = get_database_now()
    free = models.Room.objects.leasable(lease.owner, now).filter(pk__in=list(room_ids))
    tokens = dict(free.locked().values_list("pk", "lease_token"))
    models.Room.objects.filter(pk__in=list(tokens)).update(
        lease_owner=lease.owner,
        lease_token=F("lease_token") + 1,
        lease_until=now + timedelta(seconds=lease.seconds),
    )
    return {room_id: token + 1 for room_id, token in tokens.items()}


@transaction.atomic
def renew_room_leases(*, held: Mapping[str, int], seconds: float) -> None:
    """Let leases, given as tokens by room id, end in `seconds`; lost ones stay as they are."""
    rooms = models.Room.objects.locked().filter(pk__in=list(held)).exclude(lease_owner="")
    kept = [pk for pk, token in rooms.values_list("pk", "lease_token") if held[pk] == token]
    if kept:
        until = get_database_now() + timedelta(seconds=seconds)
        models.Room.objects.filter(pk__in=kept).update(lease_until=until)


def leave_room(*, room_id: str, token: int) -> None:
    """Give a room's lease back; a token that is not the room's any more changes nothing."""
    models.Room.objects.filter(pk=room_id, lease_token=token).update(
        lease_owner="", lease_until=None
    )
