"""How many text messages a text makes on the air, and how to cut it (3GPP TS 23.038, 23.040)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rooms.domain.cutting import split_graphemes as split_graphemes
from rooms.domain.cutting import split_text as split_text

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("^{}\\[~]|€\f")
"""Characters that take an escape and a second septet."""

LAST_OF_ONE_UNIT = 0xFFFF


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
