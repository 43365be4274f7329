"""Reads of read markers."""

from rooms import models


def list_read_markers(*, room_id: str) -> list[models.ReadMarker]:
    """Return the markers of a room by channel id."""
    return list(models.ReadMarker.objects.filter(room_id=room_id).order_by("channel_id"))
