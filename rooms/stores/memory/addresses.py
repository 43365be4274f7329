"""Addresses that have become others."""

from rooms.domain.errors import AddressTakenError
from rooms.domain.identity import Identity
from rooms.stores.memory.copies import private_copy
from rooms.stores.memory.tables import RoomRecord, Tables, by_creation


class AddressTable:
    """Renames addresses, in rooms and in the directory of people."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def find_room_ids_by_recipient(
        self, channel_id: str, address: str, *, recipient_key: str | None = None
    ) -> list[str]:
        """Return rooms where a channel writes to an address or was written to from it."""
        found = [
            record.room
            for record in self._tables.rooms.values()
            if _writes_to(record, channel_id, address, recipient_key)
            or any(
                (row.channel_id, row.address) == (channel_id, address)
                for row in record.addresses.values()
            )
        ]
        return [room.id for room in sorted(found, key=by_creation)]

    def rename_room_address(
        self,
        room_id: str,
        channel_id: str,
        old: str,
        new: str,
        *,
        recipient_key: str | None = None,
    ) -> bool:
        """Let an address of a channel in a room be another; tell whether anything changed."""
        record = self._tables.record(room_id)
        places = [place for place in record.addresses if (place[0], place[2]) == (channel_id, old)]
        for place in places:
            _rename(record, place, new)
        moved = recipient_key is not None and _writes_to(record, channel_id, old, recipient_key)
        if moved:
            binding = record.bindings[channel_id]
            metadata = {**binding.metadata, str(recipient_key): new}
            record.bindings[channel_id] = binding.model_copy(update={"metadata": metadata})
        return bool(places) or moved

    def rename_identity_address(
        self, channel_type: str, old: str, new: str, organization_id: str | None = None
    ) -> Identity | None:
        """Let an address of whoever has it be another; return who that is."""
        owners, organization_id = self._tables.address_owners, organization_id or None
        owner = owners.get((organization_id, channel_type, old))
        if owner is None:
            return None
        taken_by = owners.get((organization_id, channel_type, new))
        if taken_by not in (None, owner):
            raise AddressTakenError(channel_type, new, str(taken_by))
        del owners[organization_id, channel_type, old]
        owners[organization_id, channel_type, new] = owner
        identity = self._tables.identities[owner]
        listed = [new if each == old else each for each in identity.channel_addresses[channel_type]]
        addresses = {**identity.channel_addresses, channel_type: list(dict.fromkeys(listed))}
        renamed = identity.model_copy(update={"channel_addresses": addresses})
        self._tables.identities[owner] = renamed
        return private_copy(renamed)


def _writes_to(
    record: RoomRecord, channel_id: str, address: str, recipient_key: str | None
) -> bool:
    binding = record.bindings.get(channel_id)
    return binding is not None and binding.metadata.get(recipient_key or "") == address


def _rename(record: RoomRecord, place: tuple[str, str, str], new: str) -> None:
    row = record.addresses.pop(place)
    known = record.addresses.get((place[0], place[1], new))
    participant_id = (known.participant_id if known else None) or row.participant_id
    record.addresses[place[0], place[1], new] = row.model_copy(
        update={"address": new, "participant_id": participant_id}
    )
