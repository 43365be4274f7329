"""Lengths as Teams counts them: in UTF-16 units, of which an emoji is two."""

from channels_app.providers.base.segments import LAST_OF_ONE_UNIT, split_graphemes

MAX_TEXT = 28_000
"""How long a text may be, in UTF-16 units; the vendor's limit of 100 KB is for all of a message."""

ELLIPSIS = "..."


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) + sum(ord(sign) > LAST_OF_ONE_UNIT for sign in text)


def fit_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return a text that is too long cut between characters as people see them, with `...`."""
    if utf16_length(text) <= limit:
        return text
    kept, room = [], limit - len(ELLIPSIS)
    for cluster in split_graphemes(text):
        room -= utf16_length(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return "".join(kept) + ELLIPSIS
