"""Reads of the documents that agents look things up in."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Sum
from django.db.models.functions import Length

from channels_app.models import KnowledgeEntry
from channels_app.models.knowledge_entry import KnowledgeEntryQuerySet


@dataclass(frozen=True)
class Document:
    """A document in pieces.

    Attributes:
        source: What it is called.
        chars: How long its pieces are together.
    """

    source: str
    pieces: int
    chars: int
    indexed_at: datetime


def of_documents(organization_id: str | None) -> KnowledgeEntryQuerySet:
    """Return an organization's texts that were not said in rooms."""
    return KnowledgeEntry.objects.filter(
        organization_id=organization_id or "", room__isnull=True, entry_id__startswith="doc-"
    )


def list_documents(*, organization_id: str | None) -> list[Document]:
    """Return an organization's documents by name."""
    rows = (
        of_documents(organization_id)
        .values("source")
        .annotate(pieces=Count("pk"), chars=Sum(Length("content")), at=Max("indexed_at"))
        .order_by("source")
    )
    return [Document(row["source"], row["pieces"], row["chars"], row["at"]) for row in rows]
