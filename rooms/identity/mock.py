"""A resolver with a fixed address book, for tests and demonstrations."""

from collections.abc import Mapping

from rooms.domain.context import RoomContext
from rooms.domain.enums import IdentificationStatus
from rooms.domain.identity import Identity, IdentityResult
from rooms.domain.message import InboundMessage
from rooms.identity.base import IdentityResolver


class MockIdentityResolver(IdentityResolver):
    """Answers from two tables by sender id; `calls` keeps the senders it was asked about."""

    def __init__(
        self,
        mapping: Mapping[str, Identity] | None = None,
        ambiguous: Mapping[str, list[Identity]] | None = None,
        unknown_status: IdentificationStatus = IdentificationStatus.UNKNOWN,
    ) -> None:
        self.mapping = dict(mapping or {})
        self.ambiguous = dict(ambiguous or {})
        self.unknown_status = unknown_status
        self.calls: list[str] = []

    async def resolve(self, message: InboundMessage, context: RoomContext) -> IdentityResult:
        """Answer IDENTIFIED, AMBIGUOUS or the configured status for strangers."""
        self.calls.append(message.sender_id)
        if message.sender_id in self.mapping:
            return IdentityResult(
                status=IdentificationStatus.IDENTIFIED, identity=self.mapping[message.sender_id]
            )
        if message.sender_id in self.ambiguous:
            return IdentityResult(
                status=IdentificationStatus.AMBIGUOUS,
                candidates=self.ambiguous[message.sender_id],
            )
        return IdentityResult(status=self.unknown_status)
