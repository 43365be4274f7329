"""The row of a person across rooms."""

from typing import ClassVar

from django.db import models

from rooms.domain import identity as values
from rooms.models.columns import (
    ADDRESS_LENGTH,
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    Columns,
    optional_text,
    organization_column,
)
from rooms.models.scoped import ScopedQuerySet


class IdentityQuerySet(ScopedQuerySet["Identity"]):
    """Identities by organization."""

    organization_path: ClassVar[str] = "organization_id"


class Identity(models.Model):
    """A person of one organization; the addresses are rows of their own."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    organization_id = organization_column()
    display_name = optional_text()
    email = optional_text(ADDRESS_LENGTH)
    phone = optional_text(ADDRESS_LENGTH)
    external_id = optional_text(FOREIGN_ID_LENGTH)
    external_ids = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "identities"
        indexes = (models.Index(name="rk_identity_organization", fields=["organization_id", "id"]),)

    def __str__(self) -> str:
        return self.id

    @staticmethod
    def own_columns(identity: values.Identity) -> Columns:
        """Return everything but the id and the addresses."""
        elsewhere = {"id", "channel_addresses", "merged_into"}
        return {
            **identity.model_dump(mode="json", exclude=elsewhere),
            "organization_id": identity.organization_id or "",
            "merged_into_id": identity.merged_into,
        }

    @classmethod
    def from_domain(cls, identity: values.Identity) -> "Identity":
        """Build the row of an identity value, without its addresses."""
        return cls(id=identity.id, **cls.own_columns(identity))

    def to_domain(self) -> values.Identity:
        """Return this row and its addresses as a value; prefetch `addresses` for many."""
        addresses: dict[str, list[str]] = {}
        for row in sorted(self.addresses.all(), key=lambda row: row.pk):
            addresses.setdefault(row.channel_type, []).append(row.address)
        return values.Identity(
            id=self.id,
            organization_id=self.organization_id or None,
            display_name=self.display_name,
            email=self.email,
            phone=self.phone,
            channel_addresses=addresses,
            external_id=self.external_id,
            external_ids=self.external_ids,
            metadata=self.metadata,
            merged_into=self.merged_into_id,
        )
