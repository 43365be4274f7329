"""What a text costs on the air, and where it is cut."""

import random

import pytest

from channels_app.providers.base.segments import (
    GSM7_BASIC,
    GSM7_EXTENSION,
    LIMITS,
    Encoding,
    count_segments,
    encoding_of,
    split_graphemes,
    split_segments,
    split_text,
)

GSM7, UCS2 = Encoding.GSM7, Encoding.UCS2
FAMILY = "👨\u200d👩\u200d👧"
FLAG = "🇨🇦"
ALPHABETS = {
    "gsm": "abc déà\n",
    "gsm with escapes": "a€{}|~ ",
    "letters": "abç œ\n",
    "pictures": f"a 😀👍🏽{FAMILY}{FLAG}e\u0301",
}


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", GSM7, 1),
        ("a" * 160, GSM7, 1),
        ("a" * 161, GSM7, 2),
        ("a" * 306, GSM7, 2),
        ("a" * 307, GSM7, 3),
        ("€" * 80, GSM7, 1),
        ("€" * 81, GSM7, 2),
        # 306 septets, but an escape is never parted from its character.
        ("€" * 153, GSM7, 3),
        ("é" * 160, GSM7, 1),
        ("Ç" + "a" * 159, GSM7, 1),
        # The lower case is not in the table.
        ("ç" + "a" * 69, UCS2, 1),
        ("ê" * 71, UCS2, 2),
        ("😀" * 35, UCS2, 1),
        ("😀" * 36, UCS2, 2),
        # 132 UTF-16 units; a segment of 67 holds 33 pairs.
        ("😀" * 66, UCS2, 2),
        ("😀" * 67, UCS2, 3),
        ("’" + "a" * 70, UCS2, 2),
        ("`", UCS2, 1),
    ],
)
def test_a_text_is_counted(text: str, encoding: Encoding, segments: int) -> None:
    count = count_segments(text)

    assert (count.encoding, count.segments) == (encoding, segments)


@pytest.mark.parametrize(("text", "units"), [("a€", 3), ("😀ç", 3), ("été", 3), ("", 0)])
def test_units_are_septets_or_utf16_units(text: str, units: int) -> None:
    assert count_segments(text).units == units


@pytest.mark.parametrize("letter", "çêâîôû`’œ")
def test_letters_outside_the_table_change_the_encoding(letter: str) -> None:
    assert encoding_of(f"abc {letter}") is UCS2


@pytest.mark.parametrize("letter", "éèàùÇñüß€[]{}^~|\\\f@£_")
def test_letters_of_the_table_do_not(letter: str) -> None:
    assert encoding_of(f"abc {letter}") is GSM7


def test_the_table_has_all_of_its_127_characters() -> None:
    assert len(GSM7_BASIC) == 127
    assert len(GSM7_EXTENSION) == 10


def _random_texts(count: int) -> list[str]:
    chance = random.Random(20260101)  # noqa: S311 - the same texts each time
    return [
        "".join(chance.choices(alphabet, k=chance.randint(0, 700)))
        for alphabet in ALPHABETS.values()
        for _ in range(count)
    ]


@pytest.mark.parametrize("text", _random_texts(15), ids=lambda text: str(len(text)))
def test_segments_are_the_text_and_fit(text: str) -> None:
    parts = split_segments(text)

    assert "".join(parts) == text
    limits = LIMITS[encoding_of(text)]
    room = limits.single if len(parts) == 1 else limits.joined
    assert all(_units(part, encoding_of(text)) <= room for part in parts)


def _units(text: str, encoding: Encoding) -> int:
    """Count in the test's own way: a lone surrogate would not encode."""
    if encoding is UCS2:
        return len(text.encode("utf-16-le")) // 2
    return len(text) + sum(text.count(character) for character in "^{}\\[~]|€\f")


@pytest.mark.parametrize("limit", [1, 7, 160, 1600])
@pytest.mark.parametrize("text", _random_texts(4), ids=lambda text: str(len(text)))
def test_messages_are_the_text_and_fit(text: str, limit: int) -> None:
    parts = split_text(text, limit)

    assert "".join(parts) == text
    assert all(len(part) <= limit for part in parts)
    assert all(parts) or text == ""


def test_a_text_that_fits_is_one_message() -> None:
    assert split_text("a" * 1600, 1600) == ["a" * 1600]


def test_a_cut_falls_behind_a_blank() -> None:
    assert split_text("one two three four", 10) == ["one two ", "three four"]


def test_a_cut_does_not_waste_half_a_message_on_a_blank() -> None:
    assert split_text("a bbbbbbbbbbbbbbbbbb", 10) == ["a bbbbbbbb", "bbbbbbbbbb"]


@pytest.mark.parametrize("seen", [FAMILY, FLAG, "👍🏽", "e\u0301", "\r\n", "☂️"])
def test_what_people_see_as_one_is_not_cut(seen: str) -> None:
    assert split_text("x" * 9 + seen + "y", 10) == ["x" * 9, seen + "y"]


def test_what_is_wider_than_a_message_is_cut_all_the_same() -> None:
    zalgo = "e" + "\u0301" * 12

    assert [len(part) for part in split_text(zalgo, 5)] == [5, 5, 3]


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("abc", ["a", "b", "c"]),
        (f"{FLAG}{FLAG}a", [FLAG, FLAG, "a"]),
        (f"a{FAMILY}b", ["a", FAMILY, "b"]),
        ("\n\u0301", ["\n", "\u0301"]),
        ("a\u200db", ["a\u200d", "b"]),
        ("", []),
    ],
)
def test_characters_as_people_see_them(text: str, clusters: list[str]) -> None:
    assert list(split_graphemes(text)) == clusters


def test_parts_can_be_numbered() -> None:
    parts = split_text("one two three", 11, numbered=True)

    assert parts == ["(1/3) one ", "(2/3) two ", "(3/3) three"]


@pytest.mark.parametrize("length", [95, 500, 5000])
def test_numbers_are_within_the_limit(length: int) -> None:
    parts = split_text("a" * length, 20, numbered=True)

    assert all(len(part) <= 20 for part in parts)
    assert "".join(part.split(") ", 1)[1] for part in parts) == "a" * length
    assert parts[-1].startswith(f"({len(parts)}/{len(parts)}) ")


@pytest.mark.parametrize(("limit", "numbered"), [(0, False), (-1, False), (6, True)])
def test_a_limit_without_room_is_refused(limit: int, numbered: bool) -> None:
    with pytest.raises(ValueError, match=r"at least 1|no room"):
        split_text("some text", limit, numbered=numbered)
