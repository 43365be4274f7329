"""Cutting a text: between words where it can be, else between characters as people see them."""

import unicodedata
from collections.abc import Iterator

ZERO_WIDTH_JOINER = "\u200d"
FIRST_PICTURE = 0x2190
SKIN_TONES = range(0x1F3FB, 0x1F400)
TAGS = range(0xE0020, 0xE0080)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def split_text(text: str, limit: int, *, numbered: bool = False) -> list[str]:
    """Cut a text that is too long for one message of a vendor into several messages.

    Cuts fall after a blank where the part stays at least half full, else between characters as
    people see them. The parts joined are the text, unless they are numbered.

    Args:
        text: Any text.
        limit: What one message holds, in characters (code points).
        numbered: Whether each part begins with its number, as in `(2/3) `.

    Raises:
        ValueError: If `limit` leaves no room for text.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1 character, got {limit}")
    if len(text) <= limit:
        return [text]
    return _numbered(text, limit) if numbered else list(_cut(text, limit))


def count_whole(text: str, end: int) -> int:
    """Return how many code points before `end` make whole characters as people see them.

    A first character that is longer than `end` is cut after all: `end`.
    """
    kept = 0
    for cluster in split_graphemes(text):
        if kept + len(cluster) > end:
            break
        kept += len(cluster)
    return kept or end


def _cut(text: str, limit: int) -> Iterator[str]:
    clusters = (piece for cluster in split_graphemes(text) for piece in _pieces(cluster, limit))
    part = ""
    for cluster in clusters:
        if len(part) + len(cluster) > limit:
            full, part = _at_blank(part, limit)
            yield full
        part += cluster
    yield part


def _pieces(cluster: str, limit: int) -> list[str]:
    """Return the cluster whole, or its characters if it is wider than a message."""
    return [cluster] if len(cluster) <= limit else list(cluster)


def _at_blank(part: str, limit: int) -> tuple[str, str]:
    """Cut behind the last blank, unless that would waste more than half of the message."""
    blanks = (part.rfind(" ") + 1, part.rfind("\n") + 1)
    cut = max(blanks)
    return (part[:cut], part[cut:]) if cut * 2 >= limit else (part, "")


def _numbered(text: str, limit: int) -> list[str]:
    """Cut so that every part holds its number; more parts have longer numbers."""
    digits = 1
    while True:
        room = limit - len("(/) ") - 2 * digits
        if room < 1:
            raise ValueError(f"{limit} characters leave no room for text beside the part's number")
        parts = list(_cut(text, room))
        if len(str(len(parts))) <= digits:
            return [f"({at}/{len(parts)}) {part}" for at, part in enumerate(parts, start=1)]
        digits += 1


def split_graphemes(text: str) -> Iterator[str]:
    """Yield what people see as one character: accents, flags and joined emoji stay whole.

    A close approximation of UAX #29 without its tables: Hangul written as single jamo and some
    Indic clusters come in more than one piece.
    """
    cluster = ""
    for character in text:
        if cluster and not _belongs(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _belongs(cluster: str, character: str) -> bool:
    """Tell whether `character` is part of the `cluster` before it."""
    if cluster == "\r" and character == "\n":
        return True
    if character == ZERO_WIDTH_JOINER or _extends(character):
        return not cluster.endswith(("\r", "\n"))
    if cluster.endswith(ZERO_WIDTH_JOINER):
        return ord(character) >= FIRST_PICTURE  # letters do not join by it
    return len(cluster) == 1 and _is_flag_half(cluster) and _is_flag_half(character)


def _extends(character: str) -> bool:
    """Tell a mark that sits on what precedes it: accents, selectors, skin tones, tags."""
    code = ord(character)
    is_mark = unicodedata.category(character) in {"Mn", "Me", "Mc"}
    return is_mark or code in SKIN_TONES or code in TAGS


def _is_flag_half(character: str) -> bool:
    return ord(character) in FLAG_LETTERS
