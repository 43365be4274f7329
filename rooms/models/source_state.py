"""The row of a source."""

from typing import ClassVar

from django.db import models

from rooms.domain import source as values
from rooms.models.columns import ID_LENGTH, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet


class SourceStateQuerySet(ScopedQuerySet["SourceState"]):
    """Sources belong to an organization by themselves."""

    organization_path: ClassVar[str] = "organization_id"


class SourceState(models.Model):
    """How a source is doing, who runs it and how far it has read."""

    channel_id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    organization_id = organization_column()
    node = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    status = word_column(values.SourceStatus, values.SourceStatus.STOPPED)
    connected_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    messages_received = models.BigIntegerField(default=0)
    error = models.TextField(null=True, blank=True)  # noqa: DJ001 - NULL is None
    metadata = models.JSONField(default=dict, blank=True)
    cursor = models.JSONField(default=dict, blank=True)

    objects = SourceStateQuerySet.as_manager()

    def __str__(self) -> str:
        return self.channel_id

    def to_domain(self) -> values.SourceState:
        """Return this row as a value."""
        columns = {name: getattr(self, name) for name in values.SourceState.model_fields}
        return values.SourceState.model_validate(
            columns | {"organization_id": self.organization_id or None}
        )
