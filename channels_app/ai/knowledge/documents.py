"""Cutting documents into texts that are short enough to be found and told."""

import re
from collections.abc import Iterator
from hashlib import sha256

from channels_app.ai.records import KnowledgeEntry

MAX_CHARS = 1500
"""How long a piece is at most; the headings above it come on top."""

HEADING = re.compile(r"(?P<level>#{1,6})[ \t]+(?P<title>.*?)[ \t#]*")
FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
PARAGRAPHS = re.compile(r"\n[ \t]*\n")
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n")
WORDS = re.compile(r"\s+")


def cut_document(text: str) -> list[str]:
    """Cut Markdown, or plain text, into pieces of at most 1500 characters, at its headings.

    Each piece begins with the headings it stands under. A section that is too long is cut between
    paragraphs, then sentences, then words, and only then anywhere.
    """
    pieces = []
    for headings, body in _sections(text):
        title = " > ".join(headings)
        pieces += [f"{title}\n\n{part}" if title else part for part in _cut(body)]
    return pieces


def make_entries(
    text: str, *, source: str, organization_id: str | None
) -> dict[str, KnowledgeEntry]:
    """Return the pieces of a document by id; the same text of the same source has the same ids."""
    entries = {}
    for piece in cut_document(text):
        told = "\0".join((organization_id or "", source, piece))
        entry_id = f"doc-{sha256(told.encode()).hexdigest()[:40]}"
        entries[entry_id] = KnowledgeEntry(
            id=entry_id, organization_id=organization_id, source=source, content=piece
        )
    return entries


def _sections(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the headings above each section, outermost first, and its text if it has any."""
    above: dict[int, str] = {}
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        fence = _fence_behind(line, fence)
        heading = None if fence else HEADING.fullmatch(line)
        if heading is None:
            lines.append(line)
            continue
        yield from _section(above, lines)
        level = len(heading["level"])
        above = {each: title for each, title in above.items() if each < level}
        above[level], lines = heading["title"], []
    yield from _section(above, lines)


def _section(above: dict[int, str], lines: list[str]) -> Iterator[tuple[list[str], str]]:
    body = "\n".join(lines).strip()
    if body:
        yield [title for _, title in sorted(above.items()) if title], body


def _fence_behind(line: str, fence: str) -> str:
    """Return the fence of the block of code that is open behind a line, '' outside of blocks."""
    found = FENCE.match(line)
    if found is None:
        return fence
    if not fence:
        return found[1]
    return "" if found[1] == fence else fence


def _cut(
    text: str, breaks: tuple[re.Pattern[str], ...] = (PARAGRAPHS, SENTENCES, WORDS)
) -> list[str]:
    """Cut a text at the first kind of break that makes its pieces short, and join small ones."""
    if len(text) <= MAX_CHARS:
        return [text]
    if not breaks:
        return [text[at : at + MAX_CHARS] for at in range(0, len(text), MAX_CHARS)]
    at, finer = breaks[0], breaks[1:]
    parts = [
        piece for part in at.split(text) if part.strip() for piece in _cut(part.strip(), finer)
    ]
    return _joined(parts, "\n\n" if at is PARAGRAPHS else " ")


def _joined(parts: list[str], glue: str) -> list[str]:
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) + len(glue) + len(part) <= MAX_CHARS:
            joined[-1] += glue + part
        else:
            joined.append(part)
    return joined
