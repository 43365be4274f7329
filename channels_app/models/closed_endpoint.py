"""The row of an address that wants no more webhooks."""

from typing import ClassVar

from django.db import models

from rooms.models.columns import ID_LENGTH, KEY_LENGTH, organization_column
from rooms.models.scoped import ScopedQuerySet


class ClosedEndpointQuerySet(ScopedQuerySet["ClosedEndpoint"]):
    """Closed endpoints, as far as they are open to a user."""

    organization_path: ClassVar[str] = "organization_id"


class ClosedEndpoint(models.Model):
    """An address that answered 410 Gone; nothing is posted there while this row exists.

    The address itself is not kept, since it may hold a token: its SHA-256 is in `digest`, and its
    host for people. The organization is that of the room whose event was refused.
    """

    digest = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    host = models.CharField(max_length=ID_LENGTH)
    organization_id = organization_column()
    room_id = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    closed_at = models.DateTimeField()

    objects = ClosedEndpointQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.host} {self.digest[:8]}"
