"""Writes of the documents that agents look things up in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from channels_app.ai.records import KnowledgeEntry as Entry
from channels_app.models import KnowledgeEntry
from channels_app.selectors.knowledge_documents import of_documents


@dataclass(frozen=True)
class Changes:
    """How many pieces of a document were added, are as they were, and were removed."""

    added: int
    kept: int
    removed: int


@transaction.atomic
def put_document(
    *, organization_id: str | None, source: str, entries: Mapping[str, Entry]
) -> Changes:
    """Make a document consist of exactly these pieces; those that are there are not touched.

    Args:
        organization_id: Whose document it is.
        source: What it is called.
        entries: Its pieces by id; the id of a piece changes with its text.
    """
    stored = of_documents(organization_id).filter(source=source)
    known = set(stored.values_list("entry_id", flat=True))
    stored.filter(entry_id__in=known - entries.keys()).delete()
    fresh = [entry for entry_id, entry in entries.items() if entry_id not in known]
    # Another process of this moment may add the same pieces.
    KnowledgeEntry.objects.bulk_create(
        map(KnowledgeEntry.from_domain, fresh), ignore_conflicts=True
    )
    gone = len(known - entries.keys())
    return Changes(added=len(fresh), kept=len(known) - gone, removed=gone)


@transaction.atomic
def remove_documents(*, organization_id: str | None, sources: Collection[str]) -> int:
    """Delete documents, and return how many pieces they had."""
    chosen = of_documents(organization_id).filter(source__in=sources)
    _, rows = chosen.delete()
    return rows.get(KnowledgeEntry._meta.label, 0)
