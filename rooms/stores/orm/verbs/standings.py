"""How we stand with addresses, as values."""

from collections.abc import Sequence
from datetime import datetime

from rooms import models
from rooms.domain.standing import ContactPoint, OptOutReason, Standing
from rooms.selectors import address_standings as reads
from rooms.services import address_standings as writes


def note_inbound(points: Sequence[ContactPoint], at: datetime) -> None:
    """Note that these addresses have written; an earlier moment changes nothing."""
    writes.note_inbound(points=points, at=at)


def opt_out(point: ContactPoint, *, reason: OptOutReason, by: str) -> bool:
    """Note that an address wants no more messages; tell whether `by` changed that.

    The same `by` again is told the same, so that what was cut off can be done again.
    """
    return writes.opt_out(point=point, reason=reason, by=by)


def opt_in(point: ContactPoint, *, by: str) -> bool:
    """Note that an address wants messages again; tell whether `by` changed that.

    It lifts the opt-outs at all channels of the family.
    """
    return writes.opt_in(point=point, by=by)


def find_standings(points: Sequence[ContactPoint]) -> list[Standing]:
    """Return how we stand with each of these addresses."""
    rows = reads.list_standings(points=points)
    return [_standing(point, rows) for point in points]


def _standing(point: ContactPoint, rows: Sequence[models.AddressStanding]) -> Standing:
    of_address = [row for row in rows if row.address == point.address]
    own = next((row for row in of_address if row.channel_id == point.channel_id), None)
    family = (point.organization_id or "", point.channel_type)
    stopped = [
        row
        for row in of_address
        if row.opted_out_at and (row.organization_id, row.channel_type) == family
    ]
    first = min(stopped, key=lambda row: (row.opted_out_at, row.pk), default=None)
    return Standing(
        last_inbound_at=own.last_inbound_at if own else None,
        opted_out_at=first.opted_out_at if first else None,
        opt_out_reason=OptOutReason(first.opt_out_reason) if first else None,
    )
