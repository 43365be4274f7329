"""The row of how we stand with an address."""

from typing import ClassVar, Self

from django.db import models

from rooms.domain import standing as values
from rooms.models.columns import (
    ADDRESS_LENGTH,
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    WORD_LENGTH,
    choices_of,
    organization_column,
)
from rooms.models.scoped import ScopedQuerySet


class AddressStandingQuerySet(ScopedQuerySet["AddressStanding"]):
    """Addresses by who they are and whether they want to hear from us."""

    organization_path: ClassVar[str] = "organization_id"

    def of_family(self, point: values.ContactPoint) -> Self:
        """Keep an address's rows at all channels of its organization and family."""
        return self.filter(
            organization_id=point.organization_id or "",
            channel_type=point.channel_type,
            address=point.address,
        )


class AddressStanding(models.Model):
    """One address at one channel: when it wrote last, and whether it has opted out there.

    An opt-out counts at every channel of the organization that is of the same type; text messages
    of all kinds are one type. `changed_by` names what changed the opt-out last, so that the same
    message, handled again, is known to have done it.
    """

    organization_id = organization_column()
    channel_type = models.CharField(max_length=ID_LENGTH)
    channel_id = models.CharField(max_length=ID_LENGTH)
    address = models.CharField(max_length=ADDRESS_LENGTH)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    opt_out_reason = models.CharField(
        max_length=WORD_LENGTH, choices=choices_of(values.OptOutReason), default="", blank=True
    )
    changed_by = models.CharField(
        max_length=FOREIGN_ID_LENGTH, default="", blank=True, editable=False
    )

    objects = AddressStandingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_address_standing", fields=["channel_id", "address"]),
        )
        indexes = (
            models.Index(
                name="rk_address_standing_family",
                fields=["organization_id", "channel_type", "address"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.address} at {self.channel_id}"

    @classmethod
    def from_point(cls, point: values.ContactPoint) -> "AddressStanding":
        """Build the row of an address of which nothing is known."""
        return cls(
            organization_id=point.organization_id or "",
            channel_type=point.channel_type,
            channel_id=point.channel_id,
            address=point.address,
        )

    @property
    def point(self) -> values.ContactPoint:
        """The address as its channel reaches it."""
        return values.ContactPoint(
            channel_id=self.channel_id,
            channel_type=self.channel_type,
            address=self.address,
            organization_id=self.organization_id or None,
        )
