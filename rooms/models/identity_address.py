"""The row of an address that belongs to a person."""

from typing import ClassVar

from django.db import models

from rooms.domain import identity as values
from rooms.models.columns import ADDRESS_LENGTH, ID_LENGTH, organization_column
from rooms.models.identity import Identity
from rooms.models.scoped import ScopedQuerySet


class IdentityAddressQuerySet(ScopedQuerySet["IdentityAddress"]):
    """Addresses by organization."""

    organization_path: ClassVar[str] = "organization_id"


class IdentityAddress(models.Model):
    """One address of an identity.

    The organization is repeated here, because it takes part in the uniqueness: no organization is
    a namespace of its own.
    """

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="addresses")
    organization_id = organization_column()
    channel_type = models.CharField(max_length=ID_LENGTH)
    address = models.CharField(max_length=ADDRESS_LENGTH)

    objects = IdentityAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "identity addresses"
        constraints = (
            models.UniqueConstraint(
                name="rk_identity_address_once",
                fields=["channel_type", "address", "organization_id"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel_type}:{self.address}@{self.organization_id}"

    @classmethod
    def all_of(cls, identity: values.Identity) -> "list[IdentityAddress]":
        """Build the rows of all addresses of an identity value."""
        return [
            cls(
                identity_id=identity.id,
                organization_id=identity.organization_id or "",
                channel_type=str(channel_type),
                address=address,
            )
            for channel_type, addresses in identity.channel_addresses.items()
            for address in dict.fromkeys(addresses)
        ]
