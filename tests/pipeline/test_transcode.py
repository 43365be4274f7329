"""What a channel is shown of content it cannot show."""

from typing import Any

import pytest

from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    AudioContent,
    Button,
    Card,
    CompositeContent,
    DeleteContent,
    EditContent,
    LocationContent,
    MediaContent,
    QuickReply,
    ReactionContent,
    RichContent,
    SystemContent,
    TemplateContent,
    TextContent,
    ToolCallContent,
    VideoContent,
)
from rooms.domain.enums import ChannelMediaType as Kind
from rooms.pipeline.transcode import DefaultTranscoder

URL = "https://media.example/secret?signature=1"
TEXT_ONLY = ChannelCapabilities()
EVERYTHING = ChannelCapabilities(
    media_types=list(Kind), supports_edit=True, supports_delete=True, supports_reactions=True
)

PHOTO = MediaContent(url=URL, mime_type="image/png", filename="cat.png")
VOICE = AudioContent(url=URL)
FILM = VideoContent(url=URL)
BOLD = RichContent(body="**Hi** you")
PLACE = LocationContent(latitude=48.85, longitude=2.35)
TEMPLATE = TemplateContent(template_id="welcome")
DELETE = DeleteContent(target_event_id="e")
REACTION = ReactionContent(target_event_id="e", emoji="👍")


def can(*kinds: Kind, **flags: Any) -> ChannelCapabilities:
    return ChannelCapabilities(media_types=[Kind.TEXT, *kinds], **flags)


def edit(content: Any) -> EditContent:
    return EditContent(target_event_id="e", new_content=content)


def shown(content: Any, capabilities: ChannelCapabilities = TEXT_ONLY) -> Any:
    return DefaultTranscoder().transcode(content, capabilities)


@pytest.mark.parametrize(
    ("content", "capabilities"),
    [
        (TextContent(body="hi", language="en"), TEXT_ONLY),
        (SystemContent(body="note", code="x"), TEXT_ONLY),
        (BOLD, can(Kind.RICH)),
        (PHOTO, can(Kind.MEDIA)),
        (VOICE, can(Kind.AUDIO)),
        (FILM, can(Kind.VIDEO)),
        (PLACE, can(Kind.LOCATION)),
        (TEMPLATE, can(Kind.TEMPLATE)),
        # flags, not media types
        (edit(TextContent(body="new")), can(supports_edit=True)),
        (DELETE, can(supports_delete=True)),
        (REACTION, can(supports_reactions=True)),
        (CompositeContent(parts=[TextContent(body="a"), PHOTO]), EVERYTHING),
    ],
)
def test_native_content_stays_as_it_is(content: Any, capabilities: ChannelCapabilities) -> None:
    assert shown(content, capabilities) == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # rich: the author's own plain text, else the body without its markup
        (RichContent(body="**Hi**", plain_text="Hi there"), "Hi there"),
        (BOLD, "Hi you"),
        (RichContent(body="<p>Hi <b>you</b></p>", format="html"), "Hi you"),
        # media: caption before file name
        (PHOTO.model_copy(update={"caption": "My cat"}), "My cat"),
        (PHOTO, "cat.png"),
        # recordings: what was said, else what it is
        (AudioContent(url=URL, transcript="hello"), "hello"),
        (VOICE, "[Voice message]"),
        (VideoContent(url=URL, caption="Holidays"), "Holidays"),
        (FILM, "[Video]"),
        # places
        (PLACE.model_copy(update={"label": "Paris"}), "[Location] 48.85, 2.35 - Paris"),
        (PLACE.model_copy(update={"address": "1 Rue X"}), "[Location] 48.85, 2.35 - 1 Rue X"),
        (PLACE, "[Location] 48.85, 2.35"),
        # never an exponent
        (LocationContent(latitude=0.00001, longitude=-5.0), "[Location] 0.00001, -5.0"),
        # templates: fallback, body, name
        (TEMPLATE.model_copy(update={"fallback": BOLD, "body": "b"}), "Hi you"),
        (TEMPLATE.model_copy(update={"body": "Welcome!"}), "Welcome!"),
        (TEMPLATE, "[Template: welcome]"),
        # changes
        (edit(TextContent(body="new")), "Correction: new"),
        (edit(BOLD), "Correction: Hi you"),
        (edit(MediaContent(url=URL, mime_type="image/png")), "[Correction]"),
        (DELETE, "[Message deleted]"),
        # a tool by name only
        (ToolCallContent(tool_name="pay", tool_id="1", arguments={"card": "4111"}), "[Tool: pay]"),
        # all text: one text
        (
            CompositeContent(parts=[TextContent(body="a"), BOLD, VOICE]),
            "a\nHi you\n[Voice message]",
        ),
        # impossible parts are dropped
        (
            CompositeContent(
                parts=[MediaContent(url=URL, mime_type="image/png"), TextContent(body="a")]
            ),
            "a",
        ),
        # nested
        (
            CompositeContent(parts=[CompositeContent(parts=[TextContent(body="a"), FILM])]),
            "a\n[Video]",
        ),
    ],
)
def test_fallback_words(content: Any, words: str) -> None:
    assert shown(content) == TextContent(body=words)


@pytest.mark.parametrize(
    "content",
    [
        # a file without a word
        MediaContent(url=URL, mime_type="image/png"),
        # markup around nothing
        RichContent(body="<p></p>", format="html"),
        REACTION,
        # nothing left
        CompositeContent(parts=[REACTION, MediaContent(url=URL, mime_type="image/png")]),
    ],
)
def test_content_without_words_cannot_be_transcoded(content: Any) -> None:
    assert shown(content) is None


def test_template_whose_fallback_is_impossible_uses_its_body() -> None:
    nothing = MediaContent(url=URL, mime_type="image/png")

    words = shown(TemplateContent(template_id="t", body="Hi", fallback=nothing))

    assert words == TextContent(body="Hi")


@pytest.mark.parametrize(
    ("flags", "fits"),
    [
        ({}, True),
        ({"supported_media_types": ["image/png"]}, True),
        ({"supported_media_types": ["image/*"]}, True),
        ({"supported_media_types": ["IMAGE/PNG"]}, True),
        ({"supported_media_types": ["image/jpeg"]}, False),
        # exactly as large as allowed, and one byte more
        ({"max_media_size_bytes": 100}, True),
        ({"max_media_size_bytes": 99}, False),
    ],
)
def test_media_is_native_only_if_type_and_size_fit(flags: dict[str, Any], fits: bool) -> None:
    photo = PHOTO.model_copy(update={"size_bytes": 100})

    assert shown(photo, can(Kind.MEDIA, **flags)) == (
        photo if fits else TextContent(body="cat.png")
    )


@pytest.mark.parametrize(
    ("content", "capabilities", "fits"),
    [
        (VOICE, can(Kind.AUDIO, supported_audio_formats=["ogg", "mp4"]), True),
        (VOICE, can(Kind.AUDIO, supported_audio_formats=["audio/mpeg"]), False),
        (AudioContent(url=URL, duration_seconds=61), can(Kind.AUDIO), True),
        (
            AudioContent(url=URL, duration_seconds=61),
            can(Kind.AUDIO, max_audio_duration_seconds=60),
            False,
        ),
        (FILM, can(Kind.VIDEO, supported_video_formats=["mp4"]), True),
        (FILM, can(Kind.VIDEO, supported_video_formats=["webm"]), False),
        (
            VideoContent(url=URL, duration_seconds=61),
            can(Kind.VIDEO, max_video_duration_seconds=60),
            False,
        ),
        (
            VideoContent(url=URL, size_bytes=11),
            can(Kind.VIDEO, max_media_size_bytes=10),
            False,
        ),
        # files in general do not mean recordings
        (VOICE, can(Kind.MEDIA), False),
    ],
)
def test_recording_is_native_only_if_format_and_length_fit(
    content: Any, capabilities: ChannelCapabilities, fits: bool
) -> None:
    assert (shown(content, capabilities) == content) is fits


@pytest.mark.parametrize("recording", [AudioContent(url=URL, transcript="hi"), FILM])
def test_recording_goes_as_a_file_where_its_type_is_named(recording: Any) -> None:
    capabilities = can(Kind.MEDIA, supported_media_types=["audio/ogg", "video/mp4"])

    file = shown(recording, capabilities)

    assert isinstance(file, MediaContent)
    assert (file.url, file.mime_type) == (URL, recording.mime_type)


def test_composite_keeps_native_parts_and_transcodes_the_others() -> None:
    mixed = CompositeContent(parts=[BOLD, PHOTO, VOICE])

    assert shown(mixed, can(Kind.MEDIA)) == CompositeContent(
        parts=[TextContent(body="Hi you"), PHOTO, TextContent(body="[Voice message]")]
    )


def test_native_edit_carries_transcoded_content() -> None:
    assert shown(edit(BOLD), can(supports_edit=True)) == edit(TextContent(body="Hi you"))


def test_edit_into_a_file_shows_the_file_where_edits_are_unknown() -> None:
    assert shown(edit(PHOTO), can(Kind.MEDIA)) == PHOTO


def test_choices_become_numbered_lines() -> None:
    content = RichContent(
        body="**Pick**",
        buttons=[
            Button(label="Yes", value="y"),
            Button(label="Docs", action="url", value="https://x.example"),
            Button(label="Call", action="call", value="+331"),
        ],
        quick_replies=[QuickReply(label="Later")],
    )

    assert shown(content).body == (
        "Pick\n1. Yes\n2. Docs: https://x.example\n3. Call: +331\n4. Later"
    )


def test_cards_become_lines() -> None:
    card = Card(title="Tea", subtitle="green", buttons=(Button(label="Buy", value="tea"),))

    assert shown(RichContent(body="Menu", cards=[card])).body == "Menu\nTea\ngreen\nBuy"


def test_plain_text_of_the_author_stands_alone() -> None:
    content = RichContent(body="**x**", plain_text="1 or 2?", buttons=[Button(label="1")])

    assert shown(content).body == "1 or 2?"


@pytest.mark.parametrize(("max_buttons", "left"), [(None, 3), (4, 3), (3, 3), (2, 2)])
def test_buttons_are_trimmed_to_what_a_channel_shows(max_buttons: int | None, left: int) -> None:
    content = RichContent(body="?", buttons=[Button(label=str(n)) for n in range(3)])

    fitted = shown(content, can(Kind.RICH, max_buttons=max_buttons))

    assert fitted.buttons == content.buttons[:left]


@pytest.mark.parametrize(
    "content",
    [VOICE, FILM, PHOTO, CompositeContent(parts=[VOICE, FILM]), edit(FILM)],
)
def test_addresses_of_media_stay_out_of_the_words(content: Any) -> None:
    assert "media.example" not in shown(content).body


@pytest.mark.parametrize("capabilities", [TEXT_ONLY, EVERYTHING, can(max_length=3)])
def test_original_is_never_changed(capabilities: ChannelCapabilities) -> None:
    content = CompositeContent(parts=[BOLD, PHOTO, edit(BOLD)])
    before = content.model_dump()

    shown(content, capabilities)

    assert content.model_dump() == before
