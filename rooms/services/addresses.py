"""Writes for addresses that have become others: in rooms, and in the directory of people."""

from django.db import IntegrityError, transaction

from rooms import models
from rooms.domain.errors import AddressTakenError
from rooms.services.rooms import lock_room


@transaction.atomic
def rename_room_address(
    *, room_id: str, channel_id: str, old: str, new: str, recipient_key: str | None = None
) -> bool:
    """Let an address of a channel in a room be another; tell whether anything changed.

    Raises:
        RoomNotFoundError: If the room does not exist.
    """
    lock_room(room_id=room_id)
    rows = models.RoomAddress.objects.filter(room_id=room_id, channel_id=channel_id, address=old)
    known = list(rows)
    for row in known:
        _rename(row, new)
    moved = recipient_key is not None and _redirect(room_id, channel_id, old, new, recipient_key)
    return bool(known) or moved


def rename_identity_address(
    *, channel_type: str, old: str, new: str, organization_id: str | None = None
) -> models.Identity | None:
    """Let an address of whoever has it be another; return who that is.

    Raises:
        AddressTakenError: If the new one belongs to another identity.
    """
    here = {"channel_type": str(channel_type), "organization_id": organization_id or ""}
    addresses = models.IdentityAddress.objects.filter(**here)
    row = addresses.filter(address=old).select_related("identity").first()
    if row is None:
        return None
    taken = addresses.filter(address=new).first()
    if taken is not None and taken.identity_id != row.identity_id:
        raise AddressTakenError(row.channel_type, new, taken.identity_id)
    if taken is not None:
        row.delete()
        return taken.identity
    row.address = new
    try:
        with transaction.atomic():
            row.save(update_fields=["address"])
    except IntegrityError as error:
        owner = addresses.get(address=new).identity_id
        raise AddressTakenError(row.channel_type, new, owner) from error
    return row.identity


def _rename(row: models.RoomAddress, new: str) -> None:
    """Rename a row; where the new address is known already, one of the two rows goes."""
    others = models.RoomAddress.objects.filter(
        room_id=row.room_id, channel_id=row.channel_id, channel_type=row.channel_type, address=new
    )
    if not others.exists():
        row.address = new
        row.save(update_fields=["address"])
        return
    others.filter(participant_id=None).update(participant_id=row.participant_id)
    row.delete()


def _redirect(room_id: str, channel_id: str, old: str, new: str, recipient_key: str) -> bool:
    binding = models.ChannelBinding.objects.filter(room_id=room_id, channel_id=channel_id).first()
    if binding is None or binding.metadata.get(recipient_key) != old:
        return False
    binding.metadata = {**binding.metadata, recipient_key: new}
    binding.save(update_fields=["metadata"])
    return True
