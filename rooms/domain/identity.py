"""Who a person is across rooms and channels (RFC §7)."""

from hooks.results import InjectedEvent
from rooms.domain.enums import IdentificationStatus
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class Identity(Frozen):
    """A person; addresses are unique by (channel type, address, organization).

    `merged_into` names the identity that goes on for this one since they were merged.
    """

    id: str
    organization_id: str | None = None
    display_name: str | None = None
    email: str | None = None
    phone: str | None = None
    channel_addresses: dict[str, list[str]] = {}
    external_id: str | None = None
    external_ids: dict[str, str] = {}
    metadata: JsonObject = {}
    merged_into: str | None = None


class IdentityResult(Frozen):
    """What a resolver found out about a sender."""

    status: IdentificationStatus
    identity: Identity | None = None
    candidates: list[Identity] = []
    address: str | None = None
    channel_type: str | None = None
    challenge_type: str | None = None
    message: str | None = None


class IdentityHookResult(Frozen):
    """What an identity hook decides; `create_identity` marks an identity that must be stored."""

    status: IdentificationStatus
    identity: Identity | None = None
    display_name: str | None = None
    candidates: list[Identity] | None = None
    inject: InjectedEvent[RoomEvent] | None = None
    reason: str | None = None
    challenge_type: str | None = None
    message: str | None = None
    create_identity: bool = False

    @classmethod
    def resolved(cls, identity: Identity) -> "IdentityHookResult":
        """Say that the sender is `identity`."""
        return cls(status=IdentificationStatus.IDENTIFIED, identity=identity)

    @classmethod
    def create(cls, identity: Identity) -> "IdentityHookResult":
        """Store `identity` as a new person and say that the sender is it."""
        return cls(status=IdentificationStatus.IDENTIFIED, identity=identity, create_identity=True)

    @classmethod
    def pending(
        cls, display_name: str | None = None, candidates: list[Identity] | None = None
    ) -> "IdentityHookResult":
        """Let the message through and keep the sender as somebody to be identified."""
        return cls(
            status=IdentificationStatus.PENDING, display_name=display_name, candidates=candidates
        )

    @classmethod
    def challenge(
        cls, inject: InjectedEvent[RoomEvent], message: str | None = None
    ) -> "IdentityHookResult":
        """Send `inject` as a question and hold the message back."""
        return cls(status=IdentificationStatus.CHALLENGE_SENT, inject=inject, message=message)

    @classmethod
    def reject(cls, reason: str = "Unknown sender") -> "IdentityHookResult":
        """Refuse the message for `reason`."""
        return cls(status=IdentificationStatus.REJECTED, reason=reason)
