"""The row of an address that has written in a room."""

from django.db import models

from rooms.domain import commit as values
from rooms.models.columns import ADDRESS_LENGTH, ID_LENGTH, optional_text
from rooms.models.room import Room
from rooms.models.scoped import ScopedQuerySet


class RoomAddress(models.Model):
    """Which address used which channel of a room; the router finds the room by it."""

    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="addresses", db_index=False
    )
    channel_id = models.CharField(max_length=ID_LENGTH)
    channel_type = models.CharField(max_length=ID_LENGTH)
    address = models.CharField(max_length=ADDRESS_LENGTH)
    participant_id = optional_text()

    objects = ScopedQuerySet["RoomAddress"].as_manager()

    class Meta:
        verbose_name_plural = "room addresses"
        constraints = (
            models.UniqueConstraint(
                name="rk_room_address_once",
                fields=["room", "channel_id", "channel_type", "address"],
            ),
        )
        indexes = (models.Index(name="rk_room_address_lookup", fields=["channel_type", "address"]),)

    def __str__(self) -> str:
        return f"{self.room_id}/{self.channel_id}/{self.channel_type}:{self.address}"

    @classmethod
    def from_domain(cls, address: values.RoomAddress) -> "RoomAddress":
        """Build the row of an address value."""
        return cls(**address.model_dump())

    def to_domain(self) -> values.RoomAddress:
        """Return this row as a value."""
        return values.RoomAddress(
            room_id=self.room_id,
            channel_id=self.channel_id,
            channel_type=self.channel_type,
            address=self.address,
            participant_id=self.participant_id,
        )
