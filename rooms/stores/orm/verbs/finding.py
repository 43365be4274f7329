"""Which rooms a sender, a channel or a clock means."""

from collections.abc import Collection
from datetime import datetime

from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.selectors import rooms as reads
from rooms.stores.base import OPEN_STATUSES


def find_rooms(
    organization_id: str | None = None,
    status: str | None = None,
    metadata_filter: JsonObject | None = None,
    *,
    limit: int = 100,
    offset: int = 0,
) -> list[Room]:
    """Return rooms by organization (None = any), status and equal top-level metadata values."""
    rows = reads.find_rooms(
        organization_id=organization_id,
        status=status,
        metadata_filter=metadata_filter,
        offset=offset,
        limit=limit,
    )
    return [row.to_domain() for row in rows]


def find_latest_room(
    participant_id: str, channel_type: str | None = None, status: str | None = None
) -> Room | None:
    """Return the newest room that has a participant row with this id, or None.

    The row's status does not matter; `channel_type` asks for a binding of that type there.
    """
    row = reads.find_latest_room(
        participant_id=participant_id,
        channel_type=channel_type,
        status=status,
    )
    return row.to_domain() if row else None


def find_room_ids_by_channel(
    channel_id: str, statuses: Collection[str] = OPEN_STATUSES, *, limit: int = 2
) -> list[str]:
    """Return rooms a channel is attached to, newest first by (created_at, id)."""
    return reads.find_room_ids_by_channel(channel_id=channel_id, statuses=statuses, limit=limit)


def find_room_id_by_channel(channel_id: str, status: str | None = None) -> str | None:
    """Return the newest room a channel is attached to, or None."""
    newest = reads.find_room_ids_by_channel(
        channel_id=channel_id,
        statuses=None if status is None else (status,),
        limit=1,
    )
    return newest[0] if newest else None


def find_room_ids_by_address(
    channel_type: str,
    address: str,
    *,
    organization_id: str | None = None,
    statuses: Collection[str] = OPEN_STATUSES,
    limit: int = 2,
) -> list[str]:
    """Return rooms of one organization that know this address, newest first."""
    return reads.find_room_ids_by_address(
        channel_type=channel_type,
        address=address,
        organization_id=organization_id,
        statuses=statuses,
        limit=limit,
    )


def find_room_ids_by_identity(
    identity_id: str,
    statuses: Collection[str] = OPEN_STATUSES,
    *,
    organization_id: str | None = None,
    limit: int = 2,
) -> list[str]:
    """Return rooms of one organization that are an identity's own, newest first."""
    return reads.find_room_ids_by_identity(
        identity_id=identity_id,
        organization_id=organization_id,
        statuses=statuses,
        limit=limit,
    )


def find_idle_room_ids(
    now: datetime, *, organization_id: str | None = None, limit: int = 500
) -> list[str]:
    """Return rooms whose timers are due at `now` (organization None = any), in creation order.

    Due are ACTIVE rooms silent for longer than `inactive_after_seconds` (without it: than
    `closed_after_seconds`) and PAUSED rooms paused for longer than `closed_after_seconds`.
    Silence counts from `last_activity_at`, else from `created_at`; a pause without `paused_at`
    counts as silence.
    """
    return reads.find_idle_room_ids(now=now, organization_id=organization_id, limit=limit)
