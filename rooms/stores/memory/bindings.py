"""Channels attached to rooms, and the tombstones of those that were detached."""

from rooms.domain.binding import ChannelBinding
from rooms.domain.errors import ChannelNotFoundError
from rooms.stores.memory.copies import private_copies, private_copy
from rooms.stores.memory.tables import Tables


class BindingTable:
    """Writes and lists bindings; detaching is remembered."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add_binding(self, binding: ChannelBinding) -> ChannelBinding:
        """Attach by explicit grant: insert or replace the binding and clear its tombstone."""
        record = self._tables.record(binding.room_id)
        record.detached.discard(binding.channel_id)
        record.bindings[binding.channel_id] = private_copy(binding)
        return private_copy(binding)

    def auto_attach(self, binding: ChannelBinding) -> ChannelBinding | None:
        """Attach unless the channel was detached before; return the binding in force or None."""
        record = self._tables.record(binding.room_id)
        if binding.channel_id in record.detached:
            return None
        return self.get_binding(binding.room_id, binding.channel_id) or self.add_binding(binding)

    def get_binding(self, room_id: str, channel_id: str) -> ChannelBinding | None:
        """Return a binding or None."""
        record = self._tables.rooms.get(room_id)
        return private_copy(record.bindings.get(channel_id)) if record else None

    def update_binding(self, binding: ChannelBinding) -> ChannelBinding:
        """Write a binding. Raises: ChannelNotFoundError: If it does not exist."""
        record = self._tables.rooms.get(binding.room_id)
        if record is None or binding.channel_id not in record.bindings:
            raise ChannelNotFoundError(binding.room_id, binding.channel_id)
        record.bindings[binding.channel_id] = private_copy(binding)
        return private_copy(binding)

    def remove_binding(self, room_id: str, channel_id: str) -> bool:
        """Leave a tombstone, then remove the binding; tell whether it existed."""
        record = self._tables.rooms.get(room_id)
        if record is None:
            return False
        record.detached.add(channel_id)
        return record.bindings.pop(channel_id, None) is not None

    def list_bindings(self, room_id: str) -> list[ChannelBinding]:
        """Return a room's bindings in attach order."""
        record = self._tables.rooms.get(room_id)
        bindings = record.bindings.values() if record else ()
        in_order = sorted(bindings, key=lambda found: (found.attached_at, found.channel_id))
        return private_copies(in_order)
