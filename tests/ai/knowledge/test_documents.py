"""Documents in pieces that are short enough, and say what they are about."""

import pytest

from channels_app.ai.knowledge.documents import MAX_CHARS, cut_document, make_entries

PAGE = """Before all.

# Shop
Welcome.

## Hours ##
We open at nine.

### Sundays
Closed.

## Prices
```sh
# no heading
## neither
```
#hashtag

# Contact
"""


def test_pieces_begin_with_the_headings_they_stand_under() -> None:
    assert cut_document(PAGE) == [
        "Before all.",
        "Shop\n\nWelcome.",
        "Shop > Hours\n\nWe open at nine.",
        "Shop > Hours > Sundays\n\nClosed.",
        "Shop > Prices\n\n```sh\n# no heading\n## neither\n```\n#hashtag",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "# Only a heading\n"])
def test_nothing_to_say_makes_no_pieces(text: str) -> None:
    assert cut_document(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(["A paragraph of some words."] * 200),
        " ".join(["A sentence."] * 400),
        "word " * 2000,
        "x" * 5000,
        "\n\n".join(["short", "y" * 4000, "short"]),
    ],
)
def test_no_piece_is_too_long_and_no_word_is_lost(text: str) -> None:
    pieces = cut_document(text)
    assert max(map(len, pieces)) <= MAX_CHARS
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert len(pieces) <= len(text) / MAX_CHARS * 2 + 3


def test_paragraphs_stay_whole_where_they_can() -> None:
    paragraph = "z" * 700
    assert cut_document("\n\n".join([paragraph] * 3)) == [f"{paragraph}\n\n{paragraph}", paragraph]


def test_ids_are_those_of_the_content() -> None:
    def ids(text: str, source: str = "a.md", organization_id: str | None = None) -> set[str]:
        return set(make_entries(text, source=source, organization_id=organization_id))

    assert ids("# A\none\n# B\ntwo") == ids("# A\n\none\n\n# B\n\ntwo\n")
    assert len(ids("# A\none\n# B\ntwo") & ids("# A\none\n# B\nthree")) == 1
    assert ids("one") != ids("one", source="b.md")
    assert ids("one") != ids("one", organization_id="acme")


def test_entries_belong_to_no_room() -> None:
    [entry] = make_entries("one", source="a.md", organization_id="acme").values()
    assert (entry.organization_id, entry.source, entry.content) == ("acme", "a.md", "one")
    assert entry.room_id is entry.channel_id is entry.event_id is None
