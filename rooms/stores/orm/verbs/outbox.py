"""Delivery jobs, as values."""

from collections.abc import Collection, Sequence

from rooms.domain.enums import LaneScope
from rooms.domain.job import DeliveryFinish, DeliveryJob, Unsaid
from rooms.selectors import deliveries as reads
from rooms.services import deliveries as writes
from rooms.services import turns


def lease_deliveries(
    owner: str,
    *,
    seconds: float,
    limit: int = 100,
    lanes: Sequence[tuple[str, str]] | None = None,
    scope: LaneScope,
    portable: bool = False,
) -> list[DeliveryJob]:
    """Take jobs whose lease has run out and whose lane is free, in lane order.

    Only jobs due now are taken; a job behind an open job of the same lane that is leased by
    another living owner, or not yet due, stays. So does a job to REACT if another living owner
    has a later one of its room and channel: an agent takes one turn at a time. Within a lane
    none is left out before another; the lane whose head is due longest comes first. A job the
    owner itself holds is not taken again. `seconds` of 0 or less leases for no time: anybody
    may take the job at once.

    `lanes`, given as (room id, channel id), asks for no other lanes; with the lane scope `room`
    the channel does not matter. A SENDING job whose lease has run out is handed out like any
    other: nobody knows how its attempt ended.

    PostgreSQL does it with one statement, unless `portable`.
    """
    asked = writes.Lanes(scope, lanes)
    rows = writes.lease_deliveries(
        owner=owner, seconds=seconds, limit=limit, lanes=asked, portable=portable
    )
    return [row.to_domain() for row in rows]


def renew_leases(owner: str, delivery_ids: Collection[str], *, seconds: float) -> int:
    """Let the leases of these open jobs of `owner` end in `seconds`; return how many there are.

    A lease that has run out but was not taken by another is renewed as well. `seconds` of 0 or
    less gives them back: anybody may take the jobs at once.
    """
    return writes.renew_leases(owner=owner, delivery_ids=delivery_ids, seconds=seconds)


def finish_deliveries(finishes: Sequence[DeliveryFinish]) -> frozenset[str]:
    """Write the outcome of attempts, or that they begin; final jobs lose their lease.

    A job that is final already stays as it is, so does one that its finish says is leased to
    an owner that it is not leased to, and an unknown id is passed over; return the ids of
    those with a `lease_owner` that were written. A SENDING or WAITING job keeps its lease;
    `due_in_s` counts from now by the store's own clock, None leaves the moment as it was.
    """
    return writes.finish_deliveries(finishes=list(finishes))


def list_deliveries(room_id: str, *, event_id: str | None = None) -> list[DeliveryJob]:
    """Return a room's delivery jobs by (event_index, channel_id)."""
    rows = reads.list_deliveries(room_id=room_id, event_id=event_id)
    return [row.to_domain() for row in rows]


def release_deliveries(room_id: str, *, error_code: str) -> list[DeliveryJob]:
    """Make a room's WAITING jobs with this error due now, held by nobody; return them.

    They come by (event_index, channel_id).
    """
    rows = writes.release_deliveries(room_id=room_id, error_code=error_code)
    return [row.to_domain() for row in rows]


def reopen_delivery(finish: DeliveryFinish) -> bool:
    """Make a SENT job WAITING, held by nobody; tell whether it was as the finish says."""
    return writes.reopen_delivery(finish=finish)


def list_lane(room_id: str, channel_id: str, *, limit: int = 50) -> list[DeliveryJob]:
    """Return the last jobs of a channel in a room, the newest first."""
    rows = reads.list_lane(room_id=room_id, channel_id=channel_id, limit=limit)
    return [row.to_domain() for row in rows]


def keep_unsaid(delivery_id: str, unsaid: Unsaid, *, lease_owner: str) -> bool:
    """Keep what an agent has answered with its job until that ends.

    Tell whether it was kept: only while the job is open and leased to this owner.
    """
    return turns.keep_unsaid(delivery_id=delivery_id, unsaid=unsaid, lease_owner=lease_owner)


def open_parked(room_id: str, event_id: str, channel_id: str) -> DeliveryJob | None:
    """Make a PARKED job PENDING, due now and held by nobody; None if there is none."""
    row = turns.open_parked(room_id=room_id, event_id=event_id, channel_id=channel_id)
    return row.to_domain() if row is not None else None


def find_untold_rounds(*, limit: int = 100) -> list[str]:
    """Return the ids of events that `mark_processed` would answer True and that somebody owes.

    Owed is an event by a finish with `owes_round`, until it is processed.
    """
    return reads.find_untold_rounds(limit=limit)
