"""Reads of where an address is written to, or has written from."""

from django.db.models import Q

from rooms import models


def find_room_ids_by_recipient(
    *, channel_id: str, address: str, recipient_key: str | None
) -> list[str]:
    """Return rooms where a channel writes to an address or was written to from it, oldest first.

    Bindings have no index by recipient: this reads all of the channel's, which is meant for what
    happens seldom.
    """
    known = models.RoomAddress.objects.filter(channel_id=channel_id, address=address)
    written_to = models.ChannelBinding.objects.filter(channel_id=channel_id)
    written_to = written_to.filter(**{f"metadata__{recipient_key}": address})
    there = Q(pk__in=known.values("room_id"))
    if recipient_key is not None:
        there |= Q(pk__in=written_to.values("room_id"))
    rooms = models.Room.objects.filter(there)
    return list(rooms.order_by("created_at", "pk").values_list("pk", flat=True))
