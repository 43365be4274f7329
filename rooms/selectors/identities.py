"""Reads of identities."""

from rooms import models


def get_identity(*, identity_id: str) -> models.Identity | None:
    """Return an identity or None."""
    return models.Identity.objects.prefetch_related("addresses").filter(pk=identity_id).first()


def resolve_identity(
    *, channel_type: str, address: str, organization_id: str | None
) -> models.Identity | None:
    """Return who has this address in exactly this organization, or the survivor of a merge."""
    found = models.Identity.objects.prefetch_related("addresses").filter(
        addresses__channel_type=str(channel_type),
        addresses__address=address,
        addresses__organization_id=organization_id or "",
    )
    identity = found.first()
    while identity is not None and identity.merged_into_id is not None:
        identity = get_identity(identity_id=identity.merged_into_id)
    return identity
