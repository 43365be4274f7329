"""Reads of how we stand with addresses."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from rooms import models
from rooms.domain.standing import ContactPoint


def list_standings(*, points: Sequence[ContactPoint]) -> list[models.AddressStanding]:
    """Return the rows that say something of any of these addresses, in one read.

    These are their own, and those of other channels of the family where they have opted out.
    """
    wanted = [
        Q(channel_id=point.channel_id, address=point.address)
        | Q(
            organization_id=point.organization_id or "",
            channel_type=point.channel_type,
            address=point.address,
            opted_out_at__isnull=False,
        )
        for point in dict.fromkeys(points)
    ]
    return list(models.AddressStanding.objects.filter(reduce(or_, wanted, Q(pk__in=[]))))
