"""What a channel that cannot show something is given instead (RFC §13.1)."""

from typing import Any

import pytest

from rooms import (
    AudioContent,
    ChannelCapabilities,
    ChannelMediaType,
    CompositeContent,
    EventContent,
    InboundMessage,
    InMemoryStore,
    LocationContent,
    MediaContent,
    RichContent,
    SystemContent,
    TemplateContent,
    TextContent,
    VideoContent,
)
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import stored

PLAIN = ChannelCapabilities()


@pytest.fixture
def store() -> InMemoryStore:
    """What a channel is given does not depend on where rooms are kept."""
    return InMemoryStore()


SHOWS_ALL = ChannelCapabilities(
    media_types=list(ChannelMediaType), supported_media_types=["image/png"]
)

PICTURE = MediaContent(url="https://e/a.png", mime_type="image/png")
FALLBACKS: list[tuple[Any, str]] = [
    (TextContent(body="hello"), "hello"),
    (RichContent(body="**bold**", plain_text="bold"), "bold"),
    (RichContent(body="**bold** and _thin_"), "bold and thin"),
    (RichContent(body="<b>bold</b> &amp; <i>thin</i>", format="html"), "bold & thin"),
    (PICTURE.model_copy(update={"caption": "our shop", "filename": "a.png"}), "our shop"),
    (PICTURE.model_copy(update={"filename": "a.png"}), "a.png"),
    (AudioContent(url="https://e/a.ogg", transcript="call me"), "call me"),
    (AudioContent(url="https://e/a.ogg"), "[Voice message]"),
    (VideoContent(url="https://e/a.mp4", caption="our garden"), "our garden"),
    (VideoContent(url="https://e/a.mp4"), "[Video]"),
    (
        LocationContent(latitude=48.2, longitude=16.37, label="Vienna"),
        "[Location] 48.2, 16.37 - Vienna",
    ),
    (LocationContent(latitude=48.2, longitude=16.37), "[Location] 48.2, 16.37"),
    (
        CompositeContent(parts=[TextContent(body="look"), VideoContent(url="https://e/a.mp4")]),
        "look\n[Video]",
    ),
    (
        TemplateContent(
            template_id="t", body="body", fallback=RichContent(body="*x*", plain_text="x")
        ),
        "x",
    ),
    (TemplateContent(template_id="t", body="body"), "body"),
    (TemplateContent(template_id="t"), "[Template: t]"),
    (SystemContent(body="done"), "done"),
]


async def delivered(scene: Scene, content: Any, capabilities: ChannelCapabilities) -> Any:
    """Send content to a channel with these capabilities and return what it was given."""
    target = await scene.add(Recorder("target", capabilities=capabilities))
    await scene.kit.send_event(ROOM, "person", content)
    [event] = target.delivered
    return event.content


@pytest.mark.rfc("0.38")
@pytest.mark.parametrize(("content", "fallback"), FALLBACKS)
async def test_text_channel_is_given_words(scene: Scene, content: Any, fallback: str) -> None:
    given = await delivered(scene, content, PLAIN)

    assert given.body == fallback
    assert given.type in {"text", "system"}


@pytest.mark.rfc("0.38")
@pytest.mark.parametrize("content", [content for content, _ in FALLBACKS])
async def test_channel_that_shows_everything_is_given_the_original(
    scene: Scene, content: Any
) -> None:
    assert await delivered(scene, content, SHOWS_ALL) == content


@pytest.mark.rfc("0.38")
async def test_store_keeps_the_original(scene: Scene) -> None:
    content = RichContent(body="**bold**", plain_text="bold")

    await delivered(scene, content, PLAIN)

    assert (await scene.rows())[0].content == content


@pytest.mark.rfc("0.38")
async def test_no_address_of_a_file_leaks_into_the_words(scene: Scene) -> None:
    given = await delivered(scene, PICTURE.model_copy(update={"filename": "a.png"}), PLAIN)

    assert "https://" not in given.body


@pytest.mark.rfc("0.38")
async def test_composite_keeps_the_parts_a_channel_can_show(scene: Scene) -> None:
    parts: list[EventContent] = [TextContent(body="look"), PICTURE]
    shows_media = ChannelCapabilities(media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA])

    given = await delivered(scene, CompositeContent(parts=parts), shows_media)

    assert given == CompositeContent(parts=parts)


@pytest.mark.rfc("0.38")
async def test_file_of_another_kind_is_described(scene: Scene) -> None:
    pictures_only = ChannelCapabilities(
        media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA],
        supported_media_types=["image/jpeg"],
    )

    given = await delivered(scene, PICTURE.model_copy(update={"caption": "shop"}), pictures_only)

    assert given == TextContent(body="shop")


@pytest.mark.rfc("0.38")
async def test_content_that_says_nothing_in_words_fails_for_that_target_only(
    scene: Scene,
) -> None:
    target = await scene.add(Recorder("target"))
    other = await scene.add(Recorder("other", capabilities=SHOWS_ALL))

    message = InboundMessage(
        channel_id="person", sender_id="person-1", content=PICTURE, room_id=ROOM
    )

    result = await scene.kit.process_inbound(message)

    error = result.delivery_results["target"].error
    assert error is not None
    assert error.code == "transcoding_failed"
    assert target.delivered == []
    assert [event.id for event in other.delivered] == [stored(result).id]


class Shouting:
    """A transcoder of the host's own: it has words for text only."""

    def transcode(
        self, content: EventContent, capabilities: ChannelCapabilities
    ) -> EventContent | None:
        """Shout."""
        return TextContent(body=content.body.upper()) if content.type == "text" else None


@pytest.mark.rfc("0.38")
async def test_host_may_bring_its_own_rules(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(transcoder=Shouting()))
    await scene.open()

    given = await delivered(scene, TextContent(body="hello"), PLAIN)

    assert given == TextContent(body="HELLO")
    assert bodies(await scene.rows()) == ["hello"]


LIMITED = ChannelCapabilities(max_length=10)


@pytest.mark.rfc("0.38")
@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("123456789", "123456789"),
        ("1234567890", "1234567890"),  # exactly the limit
        ("12345678901", "1234567..."),
        ("ü" * 11, "ü" * 7 + "..."),  # characters count, not bytes
    ],
)
async def test_text_is_cut_at_the_limit(scene: Scene, words: str, given: str) -> None:
    content = await delivered(scene, TextContent(body=words), LIMITED)

    assert content.body == given


@pytest.mark.rfc("0.38")
async def test_text_is_cut_after_it_was_made(scene: Scene) -> None:
    content = RichContent(body="**12345678**")  # twelve characters of markup, eight of text

    assert (await delivered(scene, content, LIMITED)).body == "12345678"


@pytest.mark.rfc("0.38")
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_limit_has_a_floor_of_three(scene: Scene, limit: int) -> None:
    content = await delivered(
        scene, TextContent(body="hello"), ChannelCapabilities(max_length=limit)
    )

    assert content.body == "..."


@pytest.mark.rfc("0.38")
async def test_caption_is_cut_too(scene: Scene) -> None:
    capabilities = ChannelCapabilities(
        media_types=[ChannelMediaType.TEXT, ChannelMediaType.MEDIA], max_length=10
    )
    content = PICTURE.model_copy(update={"caption": "a caption too long"})

    assert (await delivered(scene, content, capabilities)).caption == "a capti..."


@pytest.mark.rfc("0.38")
async def test_agent_is_given_what_it_can_read(scene: Scene) -> None:
    target = await scene.add(Recorder("target"))

    await scene.kit.send_event(ROOM, "person", RichContent(body="**b**", plain_text="b"))

    assert bodies(target.events) == ["b"]
