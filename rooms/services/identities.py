"""Writes of identities and their addresses."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from rooms import models
from rooms.domain.errors import AddressTakenError, IdentityNotFoundError
from rooms.domain.identity import Identity


def create_identity(*, identity: Identity) -> models.Identity:
    """Insert an identity with its addresses.

    Raises:
        AddressTakenError: If one of them belongs to another identity of the organization.
        ValueError: If the id is taken.
    """
    addresses = models.IdentityAddress.all_of(identity)
    row = models.Identity.from_domain(identity)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            models.IdentityAddress.objects.bulk_create(addresses)
    except IntegrityError as error:
        if not models.Identity.objects.filter(pk=identity.id).exists():
            _refuse_taken(addresses)
        raise ValueError(f"identity id {identity.id!r} is taken: choose another id") from error
    return row


@transaction.atomic
def link_address(*, identity_id: str, channel_type: str, address: str) -> None:
    """Give an identity, or its survivor, an address in its organization; twice changes nothing.

    Raises:
        IdentityNotFoundError: If the identity does not exist.
        AddressTakenError: If another identity has it.
    """
    identity = _living(identity_id)
    row, _ = models.IdentityAddress.objects.get_or_create(
        channel_type=str(channel_type),
        address=address,
        organization_id=identity.organization_id,
        defaults={"identity_id": identity.pk},
    )
    if row.identity_id != identity.pk:
        raise AddressTakenError(row.channel_type, address, row.identity_id)


def _living(identity_id: str) -> models.Identity:
    identity = models.Identity.objects.filter(pk=identity_id).first()
    if identity is None:
        raise IdentityNotFoundError(identity_id)
    return identity if identity.merged_into_id is None else _living(identity.merged_into_id)


def _refuse_taken(addresses: Sequence[models.IdentityAddress]) -> None:
    for wanted in addresses:
        taken = models.IdentityAddress.objects.filter(
            channel_type=wanted.channel_type,
            address=wanted.address,
            organization_id=wanted.organization_id,
        ).first()
        if taken is not None:
            raise AddressTakenError(taken.channel_type, taken.address, taken.identity_id)
