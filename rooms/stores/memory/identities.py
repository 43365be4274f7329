"""Who people are across rooms, and which addresses are theirs."""

from rooms.domain.errors import AddressTakenError, IdentityNotFoundError
from rooms.domain.identity import Identity
from rooms.stores.memory.copies import private_copy
from rooms.stores.memory.tables import Tables


class IdentityTable:
    """Keeps identities; an address belongs to one of them per organization."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._identities = tables.identities
        self._owners = tables.address_owners

    def create_identity(self, identity: Identity) -> Identity:
        """Insert an identity with its addresses. Raises: AddressTakenError: If one is taken."""
        if identity.id in self._identities:
            raise ValueError(f"identity id {identity.id!r} is taken: choose another id")
        stored = identity.model_copy(update={"organization_id": identity.organization_id or None})
        addresses = [
            (channel_type, address)
            for channel_type, listed in stored.channel_addresses.items()
            for address in listed
        ]
        for channel_type, address in addresses:
            self._check_free(stored, channel_type, address)
        self._identities[stored.id] = private_copy(stored)
        for channel_type, address in addresses:
            self._owners[stored.organization_id, channel_type, address] = stored.id
        return private_copy(stored)

    def get_identity(self, identity_id: str) -> Identity | None:
        """Return an identity or None."""
        return private_copy(self._identities.get(identity_id))

    def resolve_identity(
        self, channel_type: str, address: str, organization_id: str | None = None
    ) -> Identity | None:
        """Return who has this address in exactly this organization, or the survivor of a merge."""
        owner = self._owners.get((organization_id or None, channel_type, address))
        return private_copy(self._identities.get(self._tables.living_id(owner or "")))

    def link_address(self, identity_id: str, channel_type: str, address: str) -> None:
        """Give an identity an address in its organization.

        Raises:
            IdentityNotFoundError: If the identity does not exist.
            AddressTakenError: If another identity has it.
        """
        identity = self._identities.get(identity_id)
        if identity is None:
            raise IdentityNotFoundError(identity_id)
        if identity.merged_into is not None:
            return self.link_address(identity.merged_into, channel_type, address)
        self._check_free(identity, channel_type, address)
        known = identity.channel_addresses.get(channel_type, [])
        if address not in known:
            addresses = {**identity.channel_addresses, channel_type: [*known, address]}
            self._identities[identity_id] = identity.model_copy(
                update={"channel_addresses": addresses}
            )
        self._owners[identity.organization_id, channel_type, address] = identity_id
        return None

    def _check_free(self, identity: Identity, channel_type: str, address: str) -> None:
        owner = self._owners.get((identity.organization_id, channel_type, address))
        if owner not in (None, identity.id):
            raise AddressTakenError(channel_type, address, owner)
