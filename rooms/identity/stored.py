"""The resolver over the identities in the store."""

from rooms.domain.context import RoomContext
from rooms.domain.enums import IdentificationStatus
from rooms.domain.identity import IdentityResult
from rooms.domain.message import InboundMessage
from rooms.identity.base import IdentityResolver
from rooms.stores.base import ConversationStore


class StoredIdentityResolver(IdentityResolver):
    """Looks the sender's address up in the room's own organization, and nowhere else."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer IDENTIFIED when the address is on file, else UNKNOWN."""
        identity = await self._store.resolve_identity(
            str(message.channel_type or ""), message.sender_id, context.room.organization_id
        )
        if identity is None:
            return IdentityResult(status=IdentificationStatus.UNKNOWN)
        return IdentityResult(status=IdentificationStatus.IDENTIFIED, identity=identity)
