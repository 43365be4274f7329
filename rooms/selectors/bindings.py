"""Reads of bindings."""

from rooms import models


def get_binding(*, room_id: str, channel_id: str) -> models.ChannelBinding | None:
    """Return a binding or None."""
    return models.ChannelBinding.objects.filter(room_id=room_id, channel_id=channel_id).first()


def list_bindings(*, room_id: str) -> list[models.ChannelBinding]:
    """Return a room's bindings in attach order."""
    bindings = models.ChannelBinding.objects.filter(room_id=room_id)
    return list(bindings.order_by("attached_at", "channel_id"))
