"""Participants of rooms and identities across them, as values."""

from rooms.domain.identity import Identity
from rooms.domain.identity_merge import IdentityMerge
from rooms.domain.participant import Participant
from rooms.selectors import identities as known
from rooms.selectors import participants as members
from rooms.services import identities, identity_merges, participants


def add_participant(participant: Participant) -> Participant:
    """Insert or replace a participant."""
    return participants.add_participant(participant=participant).to_domain()


def get_participant(room_id: str, participant_id: str) -> Participant | None:
    """Return a participant or None."""
    row = members.get_participant(room_id=room_id, participant_id=participant_id)
    return row.to_domain() if row else None


def update_participant(participant: Participant) -> Participant:
    """Write a participant. Raises: ParticipantNotFoundError: If it does not exist."""
    return participants.update_participant(participant=participant).to_domain()


def list_participants(room_id: str) -> list[Participant]:
    """Return a room's participants in joining order."""
    rows = members.list_participants(room_id=room_id)
    return [row.to_domain() for row in rows]


def create_identity(identity: Identity) -> Identity:
    """Insert an identity with its addresses. Raises: AddressTakenError: If one is taken."""
    return identities.create_identity(identity=identity).to_domain()


def get_identity(identity_id: str) -> Identity | None:
    """Return an identity or None."""
    row = known.get_identity(identity_id=identity_id)
    return row.to_domain() if row else None


def resolve_identity(
    channel_type: str, address: str, organization_id: str | None = None
) -> Identity | None:
    """Return who has this address in exactly this organization (None is its own namespace)."""
    row = known.resolve_identity(
        channel_type=channel_type,
        address=address,
        organization_id=organization_id,
    )
    return row.to_domain() if row else None


def link_address(identity_id: str, channel_type: str, address: str) -> None:
    """Give an identity an address in its organization.

    Raises:
        IdentityNotFoundError: If the identity does not exist.
        AddressTakenError: If another identity has it; linking one's own again changes nothing.
    """
    identities.link_address(
        identity_id=identity_id,
        channel_type=channel_type,
        address=address,
    )


def merge_identities(
    survivor_id: str, merged_id: str, *, user_id: str | None = None, reason: str | None = None
) -> IdentityMerge:
    """Let one identity go on for two of the same organization.

    Raises:
        IdentityNotFoundError: If there is no such identity in the survivor's organization.
        IdentityMergeRefusedError: If they are one already, or one of them was merged before.
    """
    row = identity_merges.merge_identities(
        survivor_id=survivor_id, merged_id=merged_id, user_id=user_id, reason=reason
    )
    return row.to_domain()


def unmerge_identities(merge_id: str, *, user_id: str | None = None) -> IdentityMerge:
    """Give a merged identity back what came from it; what came later stays with the survivor.

    Raises:
        IdentityMergeNotFoundError: If there is no such merge.
        IdentityMergeRefusedError: If it is too late, or another merge has to be undone first.
    """
    return identity_merges.unmerge_identities(merge_id=merge_id, user_id=user_id).to_domain()
