"""Leases of rooms and of names."""

from collections.abc import Mapping

from rooms.domain.lease import LeaseRequest
from rooms.selectors import rooms as reads
from rooms.services import named_leases, room_leases


def take_room_lease(room_id: str, lease: LeaseRequest) -> int | None:
    """Take a room's lease as `enter_room` does; return its token.

    None means that another living owner holds it, 0 that there is no such room.
    """
    token = room_leases.take_room_leases(room_ids=[room_id], lease=lease).get(room_id)
    if token is None and reads.get_room(room_id=room_id) is None:
        return 0
    return token


def renew_room_leases(held: Mapping[str, int], *, seconds: float) -> None:
    """Let leases, given as tokens by room id, end in `seconds`; lost ones stay as they are.

    A lease that has run out but was not taken by another is renewed as well.
    """
    room_leases.renew_room_leases(held=held, seconds=seconds)


def leave_room(room_id: str, token: int) -> None:
    """Give a room's lease back; a token that is not the room's any more changes nothing."""
    room_leases.leave_room(room_id=room_id, token=token)


def acquire_lease(name: str, owner: str, *, seconds: float) -> bool:
    """Take the lease of this name, or renew one's own; tell whether `owner` has it now."""
    return named_leases.acquire_lease(name=name, owner=owner, seconds=seconds)


def release_lease(name: str, owner: str) -> None:
    """Give a named lease back; another's stays."""
    named_leases.release_lease(name=name, owner=owner)
