"""Deliveries that somebody looks after, as values."""

from collections.abc import Collection

from rooms.domain.job import DeliveryJob
from rooms.services import fallbacks as writes


def lease_follow_ups(
    *, seconds: float, limit: int = 100, delivery_ids: Collection[str] | None = None
) -> list[DeliveryJob]:
    """Take ended jobs whose `follow_up_at` has come, and put it off by `seconds`, oldest first.

    Nobody else is given them in that time. `delivery_ids` asks for no others.
    """
    rows = writes.lease_follow_ups(seconds=seconds, limit=limit, delivery_ids=delivery_ids)
    return [row.to_domain() for row in rows]


def hasten_follow_ups(event_id: str, channel_id: str) -> list[str]:
    """Let `follow_up_at` of an event's jobs at a channel come now; return their ids.

    Jobs that nobody looks after stay as they are and are not named.
    """
    return writes.hasten_follow_ups(event_id=event_id, channel_id=channel_id)


def end_follow_up(delivery_id: str) -> None:
    """Look after a job no more; an unknown one changes nothing."""
    writes.end_follow_up(delivery_id=delivery_id)
