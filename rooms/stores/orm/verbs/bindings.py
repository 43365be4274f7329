"""Channels attached to rooms, as values."""

from rooms.domain.binding import ChannelBinding
from rooms.selectors import bindings as reads
from rooms.services import bindings as writes


def add_binding(binding: ChannelBinding) -> ChannelBinding:
    """Attach by explicit grant: insert or replace the binding and clear its tombstone."""
    return writes.add_binding(binding=binding).to_domain()


def auto_attach(binding: ChannelBinding) -> ChannelBinding | None:
    """Attach unless the channel was detached before; return the binding in force or None.

    A binding that exists already is in force and stays as it is.
    """
    row = writes.auto_attach(binding=binding)
    return row.to_domain() if row else None


def get_binding(room_id: str, channel_id: str) -> ChannelBinding | None:
    """Return a binding or None."""
    row = reads.get_binding(room_id=room_id, channel_id=channel_id)
    return row.to_domain() if row else None


def update_binding(binding: ChannelBinding) -> ChannelBinding:
    """Write a binding. Raises: ChannelNotFoundError: If it does not exist."""
    return writes.update_binding(binding=binding).to_domain()


def remove_binding(room_id: str, channel_id: str) -> bool:
    """Leave a tombstone, then remove the binding; tell whether it existed.

    The tombstone is left in any known room, also when the channel was not attached.
    """
    return writes.remove_binding(room_id=room_id, channel_id=channel_id)


def list_bindings(room_id: str) -> list[ChannelBinding]:
    """Return a room's bindings in attach order."""
    rows = reads.list_bindings(room_id=room_id)
    return [row.to_domain() for row in rows]
