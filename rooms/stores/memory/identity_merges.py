"""Two identities made one, and told apart again."""

from rooms.domain.errors import (
    IdentityMergeNotFoundError,
    IdentityMergeRefusedError,
    IdentityNotFoundError,
)
from rooms.domain.identity import Identity
from rooms.domain.identity_merge import (
    IdentityMerge,
    after_merge,
    after_undo,
    take_over,
    why_not_merged,
)
from rooms.stores.memory.copies import private_copy
from rooms.stores.memory.tables import Tables


class IdentityMergeTable:
    """Moves addresses and participants from one identity to another, and back."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._identities = tables.identities

    def merge_identities(
        self,
        survivor_id: str,
        merged_id: str,
        *,
        user_id: str | None = None,
        reason: str | None = None,
    ) -> IdentityMerge:
        """Let one identity go on for two of the same organization."""
        survivor, merged = self._pair(survivor_id, merged_id)
        refusal = why_not_merged(survivor, merged)
        if refusal:
            raise IdentityMergeRefusedError(refusal)
        filled, external_ids = take_over(survivor, merged)
        addresses = [
            (channel_type, address)
            for channel_type, listed in merged.channel_addresses.items()
            for address in listed
        ]
        merge = IdentityMerge(
            organization_id=survivor.organization_id,
            survivor_id=survivor_id,
            merged_id=merged_id,
            merged_at=self._tables.clock(),
            merged_by=user_id,
            reason=reason,
            addresses=addresses,
            participants=self._participants_of(merged),
            filled=filled,
            external_ids=external_ids,
        )
        self._identities[survivor_id] = after_merge(survivor, merge)
        self._identities[merged_id] = merged.model_copy(update={"merged_into": survivor_id})
        for channel_type, address in merge.addresses:
            self._move_address(channel_type, address, merged_id, survivor_id)
        self._move_participants(merge.participants, merged_id, survivor_id)
        self._tables.merges[merge.id] = merge
        return private_copy(merge)

    def unmerge_identities(self, merge_id: str, *, user_id: str | None = None) -> IdentityMerge:
        """Give a merged identity back what came from it."""
        merge = self._tables.merges.get(merge_id)
        if merge is None:
            raise IdentityMergeNotFoundError(merge_id)
        survivor, merged = self._pair(merge.survivor_id, merge.merged_id)
        now = self._tables.clock()
        refusal = merge.why_not_undone(merged, survivor, now=now)
        if refusal:
            raise IdentityMergeRefusedError(refusal)
        self._identities[survivor.id] = after_undo(survivor, merge)
        self._identities[merged.id] = merged.model_copy(update={"merged_into": None})
        for channel_type, address in merge.addresses:
            self._move_address(channel_type, address, survivor.id, merged.id)
        self._move_participants(merge.participants, survivor.id, merged.id)
        self._lead_back(merge)
        undone = merge.model_copy(update={"undone_at": now, "undone_by": user_id})
        self._tables.merges[merge_id] = undone
        return private_copy(undone)

    def _pair(self, survivor_id: str, merged_id: str) -> tuple[Identity, Identity]:
        """Return two identities of one organization."""
        survivor, merged = self._identities.get(survivor_id), self._identities.get(merged_id)
        if survivor is None:
            raise IdentityNotFoundError(survivor_id)
        if merged is None or merged.organization_id != survivor.organization_id:
            raise IdentityNotFoundError(merged_id)
        return survivor, merged

    def _move_address(self, channel_type: str, address: str, from_id: str, to_id: str) -> None:
        """Move an address that is still with the identity it is to come from."""
        old, new = self._identities[from_id], self._identities[to_id]
        place = (old.organization_id, channel_type, address)
        if self._tables.address_owners.get(place) != from_id:
            return
        self._tables.address_owners[place] = to_id
        left = [each for each in old.channel_addresses.get(channel_type, []) if each != address]
        kept = {kind: each for kind, each in old.channel_addresses.items() if kind != channel_type}
        self._put_addresses(old, {**kept, channel_type: left} if left else kept)
        known = new.channel_addresses.get(channel_type, [])
        self._put_addresses(new, {**new.channel_addresses, channel_type: [*known, address]})

    def _lead_back(self, merge: IdentityMerge) -> None:
        """Let no address that was given back lead into a room of the survivor's."""
        given_back = set(merge.addresses)
        for record in self._tables.rooms.values():
            people = record.participants
            own = next((p.id for p in people.values() if p.identity_id == merge.merged_id), None)
            for place, row in list(record.addresses.items()):
                person = people.get(row.participant_id or "")
                is_survivor = person is not None and person.identity_id == merge.survivor_id
                if not is_survivor or (row.channel_type, row.address) not in given_back:
                    continue
                del record.addresses[place]
                if own is not None:
                    record.addresses[place] = row.model_copy(update={"participant_id": own})

    def _put_addresses(self, identity: Identity, addresses: dict[str, list[str]]) -> None:
        self._identities[identity.id] = identity.model_copy(update={"channel_addresses": addresses})

    def _participants_of(self, identity: Identity) -> list[tuple[str, str]]:
        return [
            (room_id, person.id)
            for room_id, record in self._tables.rooms.items()
            if identity.organization_id in (None, record.room.organization_id)
            for person in record.participants.values()
            if person.identity_id == identity.id
        ]

    def _move_participants(
        self, participants: list[tuple[str, str]], from_id: str, to_id: str
    ) -> None:
        for room_id, participant_id in participants:
            record = self._tables.rooms.get(room_id)
            person = record.participants.get(participant_id) if record else None
            if record is not None and person is not None and person.identity_id == from_id:
                moved = person.model_copy(update={"identity_id": to_id})
                record.participants[participant_id] = moved
