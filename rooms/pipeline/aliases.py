"""One sender, several addresses: the directory of people learns of them, and never guesses."""

from hooks.results import Task
from rooms.domain.commit import RoomSnapshot
from rooms.domain.errors import AddressTakenError
from rooms.domain.identity import Identity
from rooms.pipeline.people import Sender
from rooms.stores.base import ConversationStore

SUGGESTION = "identity_merge"
"""The type of the task that asks somebody to look at two identities."""


class Aliases:
    """Gives the identity of one address those of its other addresses that are nobody's."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def join(self, sender: Sender, snapshot: RoomSnapshot) -> tuple[Task, ...]:
        """Return what has to be decided by a person: identities that seem to be one.

        The first address that belongs to somebody says who the sender is; whoever has another is
        left as they are. Addresses that the room knows were joined when it came to know them.
        """
        if not sender.aliases or not sender.is_proved or _knows_all(snapshot, sender):
            return ()
        room = snapshot.context.room
        organization_id = room.organization_id
        owners = [await self._owner(sender, each, organization_id) for each in sender.addresses]
        person = next(filter(None, owners), None)
        if person is None:
            return ()
        others: dict[str, Identity] = {}
        for address, owner in zip(sender.addresses, owners, strict=True):
            other = owner or await self._link(person, sender, address)
            if other is not None and other.id != person.id:
                others[other.id] = other
        return tuple(suggest_merge(room.id, person.id, other_id) for other_id in others)

    async def _owner(
        self, sender: Sender, address: str, organization_id: str | None
    ) -> Identity | None:
        return await self._store.resolve_identity(sender.channel_type, address, organization_id)

    async def _link(self, person: Identity, sender: Sender, address: str) -> Identity | None:
        """Give a person an address; return who was quicker, if somebody was."""
        try:
            await self._store.link_address(person.id, sender.channel_type, address)
        except AddressTakenError:
            return await self._owner(sender, address, person.organization_id)
        return None


def suggest_merge(room_id: str, survivor_id: str, merged_id: str) -> Task:
    """Return the task to look at two identities; the same one for the same two."""
    return Task(
        id=f"{SUGGESTION}:{survivor_id}:{merged_id}",
        room_id=room_id,
        type=SUGGESTION,
        title="Two people of the directory seem to be one",
        description="Their addresses belong to one sender. Merge them, or leave them apart.",
        created_by="roomkit",
        data={"survivor_id": survivor_id, "merged_id": merged_id},
    )


def _knows_all(snapshot: RoomSnapshot, sender: Sender) -> bool:
    known = {(row.channel_type, row.address) for row in snapshot.addresses if row.participant_id}
    return all((sender.channel_type, each) in known for each in sender.addresses)
