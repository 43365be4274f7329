"""The row of a kept file: whose it is and where its bytes are."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from rooms.domain.frozen import new_id
from rooms.domain.media import KeptFile
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, KEY_LENGTH, organization_column
from rooms.models.event import Event
from rooms.models.scoped import ScopedQuerySet

_HAS_EVENT = Exists(Event.objects.filter(pk=OuterRef("event_id")))


class MediaFileQuerySet(ScopedQuerySet["MediaFile"]):
    """Files by what became of them."""

    organization_path: ClassVar[str] = "organization_id"

    def erased(self) -> Self:
        """Keep those whose bytes are to be deleted."""
        return self.filter(erased_at__isnull=False)

    def living(self) -> Self:
        """Keep those that are not."""
        return self.filter(erased_at__isnull=True)

    def with_event(self) -> Self:
        """Keep those that a stored event has."""
        return self.filter(_HAS_EVENT)

    def without_event(self) -> Self:
        """Keep those that no stored event has."""
        return self.filter(~_HAS_EVENT)

    def kept_before(self, moment: datetime) -> Self:
        """Keep those that are older."""
        return self.filter(created_at__lt=moment)


class MediaFile(models.Model):
    """One file of a room.

    Room and event are named, not referred to: the row outlives them until the bytes are deleted.
    A row without `stored_at` is one whose bytes are on their way, or were lost on it.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id)
    organization_id = organization_column()
    room_id = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    event_id = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    channel_id = models.CharField(max_length=ID_LENGTH)
    message_key = models.CharField(max_length=FOREIGN_ID_LENGTH)
    position = models.IntegerField()
    filename = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    mime_type = models.CharField(max_length=ID_LENGTH)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=KEY_LENGTH, default="", blank=True)
    storage_name = models.CharField(max_length=FOREIGN_ID_LENGTH, default="", blank=True)
    created_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = MediaFileQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rk_media_file_origin", fields=["channel_id", "message_key", "position"]
            ),
        )
        indexes = (
            models.Index(name="rk_media_file_room", fields=["room_id"]),
            models.Index(name="rk_media_file_event", fields=["event_id"]),
            models.Index(name="rk_media_file_created", fields=["created_at"]),
            models.Index(
                name="rk_media_file_erased",
                fields=["erased_at"],
                condition=Q(erased_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.id

    def to_domain(self) -> KeptFile:
        """Return this row as a value."""
        return KeptFile(
            id=self.id,
            mime_type=self.mime_type,
            filename=self.filename,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            storage_name=self.storage_name,
            room_id=self.room_id,
            is_stored=self.stored_at is not None,
        )
