"""How long Telegram finds a text, and how to cut one that is too long.

Telegram counts UTF-16 units, after markup was read: an emoji is two, a tag is none.
"""

from collections.abc import Iterator

from channels_app.providers.base.segments import split_graphemes

MAX_TEXT = 4096
MAX_CAPTION = 1024

_BASIC_PLANE_END = "\uffff"


def units(text: str) -> int:
    """Return how long a text without markup is."""
    return len(text) + sum(character > _BASIC_PLANE_END for character in text)


def split_units(text: str, limit: int = MAX_TEXT) -> list[str]:
    """Cut a text into parts of at most `limit` units, behind blanks where that wastes little.

    No character as people see it is cut, unless it alone is longer than `limit`.
    """
    if units(text) <= limit:
        return [text]
    parts = [part for part in _fill(text, limit) if part.strip()]
    return parts or [text]


def _fill(text: str, limit: int) -> Iterator[str]:
    part, used = "", 0
    for cluster in split_graphemes(text):
        for piece in [cluster] if units(cluster) <= limit else cluster:
            if used + units(piece) > limit:
                full, part = _at_blank(part)
                used = units(part)
                yield full
            part += piece
            used += units(piece)
    yield part


def _at_blank(part: str) -> tuple[str, str]:
    cut = max(part.rfind(" "), part.rfind("\n")) + 1
    return (part[:cut], part[cut:]) if cut * 2 >= len(part) else (part, "")
