"""How many text messages a text makes on the air, and how to cut it (3GPP TS 23.038, 23.040)."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("^{}\\[~]|€\f")
"""Characters that take an escape and a second septet."""

ZERO_WIDTH_JOINER = "\u200d"
LAST_OF_ONE_UNIT = 0xFFFF
FIRST_PICTURE = 0x2190
SKIN_TONES = range(0x1F3FB, 0x1F400)
TAGS = range(0xE0020, 0xE0080)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)


class Encoding(StrEnum):
    """How a text travels; the values are what vendors print."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True)
class Limits:
    """How many units one message holds: alone, and as one of several."""

    single: int
    joined: int


LIMITS = {Encoding.GSM7: Limits(160, 153), Encoding.UCS2: Limits(70, 67)}


@dataclass(frozen=True)
class SegmentCount:
    """What a text costs: `units` are septets in GSM-7, UTF-16 units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def encoding_of(text: str) -> Encoding:
    """Tell how `text` travels: one character outside GSM-7 makes the whole text UCS-2."""
    if GSM7_BASIC.issuperset(set(text) - GSM7_EXTENSION):
        return Encoding.GSM7
    return Encoding.UCS2


def count_segments(text: str) -> SegmentCount:
    """Count what `text` costs; an empty text is one message."""
    encoding = encoding_of(text)
    width = _WIDTHS[encoding]
    return SegmentCount(encoding, sum(map(width, text)), len(split_segments(text)))


def split_segments(text: str) -> list[str]:
    """Cut `text` as it is cut on the air: never inside an escape or a surrogate pair."""
    encoding = encoding_of(text)
    width, limits = _WIDTHS[encoding], LIMITS[encoding]
    if sum(map(width, text)) <= limits.single:
        return [text]
    return list(_fill(text, limits.joined, width))


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


def _septets(character: str) -> int:
    return 2 if character in GSM7_EXTENSION else 1


def _utf16_units(character: str) -> int:
    return 2 if ord(character) > LAST_OF_ONE_UNIT else 1


_WIDTHS: dict[Encoding, Callable[[str], int]] = {
    Encoding.GSM7: _septets,
    Encoding.UCS2: _utf16_units,
}


def _fill(atoms: Iterable[str], limit: int, width: Callable[[str], int]) -> Iterator[str]:
    """Put as many atoms as fit into each part; an atom wider than `limit` has a part to itself."""
    part, used = "", 0
    for atom in atoms:
        if part and used + width(atom) > limit:
            yield part
            part, used = "", 0
        part += atom
        used += width(atom)
    yield part


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
