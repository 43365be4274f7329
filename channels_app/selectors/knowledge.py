"""Finding texts by their words, with the full-text index of the database."""

import re
from dataclasses import dataclass

from django.db import connection

from channels_app.ai.records import KnowledgeEntry as Entry
from channels_app.models import KnowledgeEntry

WORD = re.compile(r"\w+")
MOST_WORDS = 32
# A word as short as this is the beginning of too many others.
SHORT = 3

POSTGRESQL = """
    SELECT entry.*, ts_rank_cd(entry.words, asked, 1) AS score
      FROM roomkit_channels_knowledgeentry entry, to_tsquery('simple', %(asked)s) asked
     WHERE entry.words @@ asked
       AND entry.organization_id = %(organization_id)s
       AND (entry.room_id IS NULL OR entry.room_id = %(room_id)s)
     ORDER BY score DESC, entry.id
     LIMIT %(limit)s
"""
# The rank of SQLite is lower for better matches.
SQLITE = """
    SELECT entry.*, -bm25(rk_knowledge_words) AS score
      FROM rk_knowledge_words
      JOIN roomkit_channels_knowledgeentry entry ON entry.id = rk_knowledge_words.rowid
     WHERE rk_knowledge_words MATCH %(asked)s
       AND entry.organization_id = %(organization_id)s
       AND (entry.room_id IS NULL OR entry.room_id = %(room_id)s)
     ORDER BY score DESC, entry.id
     LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Question:
    """What is looked for, and where."""

    text: str
    organization_id: str | None
    room_id: str
    limit: int


def search_knowledge(question: Question) -> list[tuple[Entry, float]]:
    """Return the texts that match best, with a score that is higher for better ones.

    They match with any of the words; a longer word is also the beginning of others.
    """
    words = list(dict.fromkeys(WORD.findall(question.text.lower())))[:MOST_WORDS]
    if not words:
        return []
    is_postgresql = connection.vendor == "postgresql"
    scope = {
        "asked": _ask_postgresql(words) if is_postgresql else _ask_sqlite(words),
        "organization_id": question.organization_id or "",
        "room_id": question.room_id,
        "limit": question.limit,
    }
    rows = KnowledgeEntry.objects.raw(POSTGRESQL if is_postgresql else SQLITE, scope)
    return [(row.to_domain(), vars(row)["score"]) for row in rows]


def _ask_postgresql(words: list[str]) -> str:
    return " | ".join(f"'{word}'{':*' if len(word) > SHORT else ''}" for word in words)


def _ask_sqlite(words: list[str]) -> str:
    return " OR ".join(f'"{word}"{"*" if len(word) > SHORT else ""}' for word in words)
