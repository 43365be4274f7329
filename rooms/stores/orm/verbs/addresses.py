"""Addresses that have become others, as values."""

from rooms.domain.identity import Identity
from rooms.selectors import addresses as reads
from rooms.services import addresses as writes


def find_room_ids_by_recipient(
    channel_id: str, address: str, *, recipient_key: str | None = None
) -> list[str]:
    """Return rooms where a channel writes to an address or was written to from it."""
    return reads.find_room_ids_by_recipient(
        channel_id=channel_id, address=address, recipient_key=recipient_key
    )


def rename_room_address(
    room_id: str, channel_id: str, old: str, new: str, *, recipient_key: str | None = None
) -> bool:
    """Let an address of a channel in a room be another; tell whether anything changed."""
    return writes.rename_room_address(
        room_id=room_id, channel_id=channel_id, old=old, new=new, recipient_key=recipient_key
    )


def rename_identity_address(
    channel_type: str, old: str, new: str, organization_id: str | None = None
) -> Identity | None:
    """Let an address of whoever has it be another; return who that is.

    Raises:
        AddressTakenError: If the new one belongs to another identity.
    """
    row = writes.rename_identity_address(
        channel_type=channel_type, old=old, new=new, organization_id=organization_id
    )
    return row.to_domain() if row else None
