"""The row of a text that agents look things up in."""

from typing import ClassVar

from django.db import models

from channels_app.ai import records as values
from rooms.domain.content import copy_storable, make_storable
from rooms.models import Event, Room
from rooms.models.columns import (
    FOREIGN_ID_LENGTH,
    ID_LENGTH,
    Columns,
    optional_text,
    organization_column,
)
from rooms.models.scoped import ScopedQuerySet


class KnowledgeEntryQuerySet(ScopedQuerySet["KnowledgeEntry"]):
    """Texts by organization."""

    organization_path: ClassVar[str] = "organization_id"


class KnowledgeEntry(models.Model):
    """A piece of text that is found by its words.

    Its number is what the full-text index of SQLite knows it by: the hidden one of a row with
    another key changes when the file is compacted. The event is referred to without a constraint;
    deleting it deletes the text all the same.
    """

    entry_id = models.CharField(max_length=ID_LENGTH, unique=True)
    organization_id = organization_column()
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="knowledge", null=True, blank=True
    )
    channel_id = optional_text()
    event = models.ForeignKey(
        Event,
        on_delete=models.CASCADE,
        related_name="knowledge",
        null=True,
        blank=True,
        db_constraint=False,
    )
    source = models.CharField(max_length=FOREIGN_ID_LENGTH, default="", blank=True)
    content = models.TextField()
    metadata = models.JSONField(default=dict, blank=True)
    indexed_at = models.DateTimeField(auto_now=True)

    objects = KnowledgeEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "knowledge entries"
        indexes = (models.Index(name="rk_knowledge_list", fields=["organization_id", "source"]),)

    def __str__(self) -> str:
        return f"{self.source} {self.entry_id}"

    @staticmethod
    def own_columns(entry: values.KnowledgeEntry) -> Columns:
        """Return everything but the id."""
        return {
            "organization_id": entry.organization_id or "",
            "room_id": entry.room_id,
            "channel_id": entry.channel_id,
            "event_id": entry.event_id,
            "source": make_storable(entry.source)[:FOREIGN_ID_LENGTH],
            "content": make_storable(entry.content),
            "metadata": copy_storable(entry.metadata),
        }

    @classmethod
    def from_domain(cls, entry: values.KnowledgeEntry) -> "KnowledgeEntry":
        """Build the row of a text."""
        return cls(entry_id=entry.id, **cls.own_columns(entry))

    def to_domain(self) -> values.KnowledgeEntry:
        """Return this row as a value."""
        return values.KnowledgeEntry(
            id=self.entry_id,
            organization_id=self.organization_id or None,
            room_id=self.room_id,
            channel_id=self.channel_id,
            event_id=self.event_id,
            source=self.source,
            content=self.content,
            metadata=self.metadata,
        )
