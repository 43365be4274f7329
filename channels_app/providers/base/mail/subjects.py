"""Subjects: a thread keeps its own, with one `Re:` before it."""

import re

# Answers and forwards in the languages of common mail programs; some number them, as in `Re[2]:`.
_PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|ref|tr|fw|fwd|rép)(?:\[\d{1,3}\])?\s{0,2}[:\uff1a])+\s*",
    re.IGNORECASE,
)
MAX_CHARS = 900  # RFC 5322 §2.1.1 allows lines of 998


def bare_subject(subject: str) -> str:
    """Return a subject without any `Re:`, `Fwd:` and their translations."""
    return _PREFIXES.sub("", subject).strip()


def answer_subject(subject: str) -> str:
    """Return the subject of an answer: `Re:` once, whatever was before."""
    return f"Re: {bare_subject(subject)}"[:MAX_CHARS]
