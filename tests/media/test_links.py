"""Addresses of files: the same all day, good for a day or more, not to be made by others."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EditContent,
    EventContent,
    MediaContent,
    TemplateContent,
    TextContent,
    VideoContent,
)
from rooms.domain.media import files_in
from rooms.media.links import build_link, check_link, show_files

MORNING = datetime(2026, 5, 4, 0, 0, 1, tzinfo=UTC)
NIGHT = datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC)


def parts_of(link: str) -> tuple[str, str]:
    fields = parse_qs(urlsplit(link).query)
    return fields["e"][0], fields["s"][0]


def test_link_is_the_same_all_day() -> None:
    assert build_link("f", "a.png", now=MORNING) == build_link("f", "a.png", now=NIGHT)
    assert build_link("f", "a.png", now=NIGHT) != build_link(
        "f", "a.png", now=NIGHT + timedelta(seconds=1)
    )


@pytest.mark.parametrize("hours", [24, 100])
def test_link_is_good_for_as_long_as_the_setting_says(settings: Settings, hours: int) -> None:
    settings.ROOMKIT = {"MEDIA_LINK_HOURS": hours}
    proof = parts_of(build_link("f", "a.png", now=NIGHT))

    assert check_link("f", "a.png", *proof, now=NIGHT + timedelta(hours=hours))
    assert not check_link("f", "a.png", *proof, now=NIGHT + timedelta(hours=hours, seconds=2))


@pytest.mark.parametrize(
    ("file_id", "name", "moved"),
    [("g", "a.png", 0), ("f", "b.png", 0), ("f", "a.png", 86_400)],
    ids=["another file", "another name", "a later end"],
)
def test_changed_link_is_none(file_id: str, name: str, moved: int) -> None:
    ends_at, signature = parts_of(build_link("f", "a.png", now=NIGHT))

    assert not check_link(file_id, name, str(int(ends_at) + moved), signature, now=NIGHT)


@pytest.mark.parametrize("ends_at", ["", "x", "-1", "1e9", "²", "9" * 5000])
def test_odd_ends_are_no_link(ends_at: str) -> None:
    assert not check_link("f", "a.png", ends_at, "s", now=NIGHT)


def test_old_keys_are_still_taken(settings: Settings) -> None:
    proof = parts_of(build_link("f", "a.png", now=NIGHT))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new"

    assert check_link("f", "a.png", *proof, now=NIGHT)


def test_every_file_of_a_content_is_shown() -> None:
    files: list[EventContent] = [
        MediaContent(url="media:1", mime_type="image/png", filename="../a b.png"),
        AudioContent(url="media:2"),
        VideoContent(url="media:3"),
    ]
    template = TemplateContent(template_id="t", fallback=files[2])
    inner = CompositeContent(parts=[files[1], template, TextContent(body="x")])
    content = EditContent(
        target_event_id="e", new_content=CompositeContent(parts=[files[0], inner])
    )

    shown = [each.url for each in files_in(show_files(content, base="https://x.example/"))]

    assert [url.partition("?")[0] for url in shown] == [
        "https://x.example/media/1/a%20b.png",
        "https://x.example/media/2/file.oga",
        "https://x.example/media/3/file.mp4",
    ]


def test_what_is_not_ours_stays_as_it_is() -> None:
    content = MediaContent(url="https://elsewhere.example/a.png", mime_type="image/png")

    assert show_files(content) is content
