"""Texts cut to what a channel can carry."""

from typing import Any

import pytest

from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EditContent,
    MediaContent,
    RichContent,
    SystemContent,
    TextContent,
    VideoContent,
)
from rooms.domain.enums import ChannelMediaType
from rooms.pipeline.transcode import DefaultTranscoder
from rooms.pipeline.truncation import truncate, truncate_text

URL = "https://media.example/x"
FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        # shorter, and exactly at the limit
        ("abcdefghi", 10, "abcdefghi"),
        ("abcdefghij", 10, "abcdefghij"),
        # one more than the limit: the result is as long as the limit
        ("abcdefghijk", 10, "abcdefg..."),
        ("a" * 50, 10, "aaaaaaa..."),
        # the shortest cut there is
        ("abcd", 4, "abcd"),
        ("abcde", 4, "a..."),
        ("abcd", 3, "..."),
        # limits below three count as three
        ("abc", 1, "abc"),
        ("abcd", 1, "..."),
        ("", 3, ""),
    ],
)
def test_text_is_cut_to_the_limit(text: str, limit: int, cut: str) -> None:
    assert truncate_text(text, limit) == cut


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        # a family is one character to its reader
        (f"ab{FAMILY}cdefgh", "ab"),
        # an accent of its own
        ("abcde\u0301fghijk", "abcd"),
        # a skin tone
        ("abcd👍🏽efghijk", "abcd"),
        # half a flag
        ("abcd🇫🇷efghijk", "abcd"),
        ("ab🇫🇷🇩🇪efghij", "ab🇫🇷"),
        # one that is longer than the limit is cut after all
        (f"{FAMILY}\u200d👦\u200d👦", "👨\u200d👩\u200d👧"),
        # a flag that fits
        ("abc🇫🇷efghijk", "abc🇫🇷"),
    ],
)
def test_characters_of_several_code_points_are_not_cut(text: str, kept: str) -> None:
    assert truncate_text(text, 8) == f"{kept}..."


LONG = "x" * 11


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (TextContent(body=LONG), "body"),
        (SystemContent(body=LONG), "body"),
        (RichContent(body=LONG), "body"),
        (RichContent(body="x", plain_text=LONG), "plain_text"),
        (RichContent(body=LONG, format="html"), "body"),
        (MediaContent(url=URL, mime_type="image/png", caption=LONG), "caption"),
        (VideoContent(url=URL, caption=LONG), "caption"),
        (AudioContent(url=URL, transcript=LONG), "transcript"),
    ],
)
def test_every_text_of_a_content_is_cut(content: Any, field: str) -> None:
    assert getattr(truncate(content, 10), field) == "xxxxxxx..."


def test_parts_of_a_composite_are_cut_each() -> None:
    photo = MediaContent(url=URL, mime_type="image/png", caption=LONG)

    cut = truncate(CompositeContent(parts=[TextContent(body=LONG), photo]), 10)

    assert isinstance(cut, CompositeContent)
    assert [getattr(p, "body", getattr(p, "caption", "")) for p in cut.parts] == ["xxxxxxx..."] * 2


def test_new_content_of_an_edit_is_cut() -> None:
    edit = EditContent(target_event_id="e", new_content=TextContent(body=LONG))

    cut = truncate(edit, 10)

    assert isinstance(cut, EditContent)
    assert cut.new_content == TextContent(body="xxxxxxx...")


@pytest.mark.parametrize(
    ("html", "fitted"),
    [
        # without its markup it fits
        ("<p><b>Hello</b></p>", "Hello"),
        # it does not
        ("<p>Hello <b>dear</b> you</p>", "Hello d..."),
        # what looks like markup stays words, whole entities only
        ("<b>a &lt; b &lt; c</b>", "a &lt; ..."),
        # already short enough: markup is kept
        ("<b>a</b>", "<b>a</b>"),
    ],
)
def test_html_that_is_too_long_loses_its_markup(html: str, fitted: str) -> None:
    cut = truncate(RichContent(body=html, format="html"), 10)

    assert isinstance(cut, RichContent)
    assert cut.body == fitted


def test_text_is_cut_after_transcoding() -> None:
    capabilities = ChannelCapabilities(max_length=10)

    shown = DefaultTranscoder().transcode(RichContent(body="**0123456789**"), capabilities)

    assert shown == TextContent(body="0123456789")


def test_words_added_by_transcoding_count() -> None:
    edit = EditContent(target_event_id="e", new_content=TextContent(body="abc"))

    shown = DefaultTranscoder().transcode(edit, ChannelCapabilities(max_length=14))

    assert shown == TextContent(body="Correction:...")


def test_native_content_is_cut_too() -> None:
    capabilities = ChannelCapabilities(media_types=[ChannelMediaType.RICH], max_length=10)

    shown = DefaultTranscoder().transcode(RichContent(body=LONG), capabilities)

    assert shown == RichContent(body="xxxxxxx...")


def test_no_limit_cuts_nothing() -> None:
    content = TextContent(body="x" * 100_000)

    assert truncate(content, None) is content
