"""The resolver over the identities in the store."""

from rooms.domain.context import RoomContext
from rooms.domain.enums import IdentificationStatus
from rooms.domain.identity import IdentityResult
from rooms.domain.message import InboundMessage
from rooms.domain.sender import addresses_of
from rooms.identity.base import IdentityResolver
from rooms.stores.base import ConversationStore


class StoredIdentityResolver(IdentityResolver):
    """Looks the sender's address up in the room's own organization, and nowhere else."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer IDENTIFIED when an address of the sender is on file, else UNKNOWN."""
        kind, organization_id = str(message.channel_type or ""), context.room.organization_id
        for address in addresses_of(message.sender_id, message.metadata):
            identity = await self._store.resolve_identity(kind, address, organization_id)
            if identity is not None:
                return IdentityResult(status=IdentificationStatus.IDENTIFIED, identity=identity)
        return IdentityResult(status=IdentificationStatus.UNKNOWN)
