"""The resolver contract (RFC §7.2)."""

from abc import ABC, abstractmethod

from rooms.domain.context import RoomContext
from rooms.domain.identity import IdentityResult
from rooms.domain.message import InboundMessage


class IdentityResolver(ABC):
    """Says who a sender is."""

    @abstractmethod
    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Look up the sender of `message` within the room's organization.

        It is given `identity_timeout` seconds; raising or being late counts as UNKNOWN.
        """
