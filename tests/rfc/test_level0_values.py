"""Values: everything an event can say survives the store; what it cannot say is refused."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from rooms import (
    AudioContent,
    Button,
    Card,
    ChannelType,
    CompositeContent,
    DeleteContent,
    EditContent,
    EventContent,
    EventSource,
    EventType,
    LocationContent,
    MediaContent,
    QuickReply,
    ReactionContent,
    RichContent,
    RoomEvent,
    RoomKit,
    SystemContent,
    TemplateContent,
    TextContent,
    ToolCallContent,
    VideoContent,
)
from rooms.testing.rig import Recorder
from tests.scene import ROOM, Scene
from tests.steps import stored

TEXT = TextContent(body="hello ✓", language="en")
CONTENTS: list[Any] = [
    TEXT,
    RichContent(
        body="<b>hi</b>",
        format="html",
        plain_text="hi",
        buttons=[
            Button(label="Yes", value="y"),
            Button(label="Go", action="url", value="https://e"),
        ],
        cards=[Card(title="One", subtitle="two", buttons=(Button(label="Buy"),))],
        quick_replies=[QuickReply(label="No", value="n")],
    ),
    MediaContent(url="https://e/a.png", mime_type="image/png", filename="a.png", size_bytes=7),
    LocationContent(latitude=48.2, longitude=16.4, label="Vienna", address="Ring 1"),
    AudioContent(url="https://e/a.ogg", duration_seconds=1.5, transcript="hello"),
    VideoContent(url="data:video/mp4;base64,AA==", thumbnail_url="https://e/t.png"),
    CompositeContent(parts=[TEXT, LocationContent(latitude=0, longitude=0)]),
    SystemContent(body="done", code="x", data={"n": [1, None]}),
    TemplateContent(template_id="t", parameters={"1": "a"}, body="b", fallback=TEXT),
    EditContent(target_event_id="e", new_content=TEXT, edit_source="sender"),
    DeleteContent(target_event_id="e", reason="typo"),
    ReactionContent(target_event_id="e", emoji="👍"),
    ToolCallContent(tool_name="t", tool_id="1", arguments={"a": 1}, status="completed"),
]


def event_of(content: Any = TEXT, event_type: EventType = EventType.MESSAGE) -> RoomEvent:
    return RoomEvent(
        room_id=ROOM,
        type=event_type,
        source=EventSource(channel_id="person", channel_type=ChannelType.WEBSOCKET),
        content=content,
    )


@pytest.mark.rfc("0.6")
@pytest.mark.parametrize("event_type", EventType)
async def test_event_of_every_type_is_kept(scene: Scene, event_type: EventType) -> None:
    written = await scene.kit.store.add_event_auto_index(ROOM, event_of(event_type=event_type))

    assert await scene.kit.store.get_event(written.id) == written
    assert written.type is event_type


@pytest.mark.rfc("0.7")
@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.type)
async def test_content_of_every_type_is_kept(scene: Scene, content: Any) -> None:
    written = await scene.kit.store.add_event_auto_index(ROOM, event_of(content))

    read = await scene.kit.store.get_event(written.id)
    assert read is not None
    assert read.content == content
    assert type(read.content) is type(content)


def nested(depth: int) -> dict[str, Any]:
    """A composite of this many levels around one text, as it would come over a wire."""
    content: dict[str, Any] = {"type": "text", "body": "core"}
    for _ in range(depth):
        content = {"type": "composite", "parts": [content]}
    return content


@pytest.mark.rfc("0.7")
@pytest.mark.parametrize(
    "wire",
    [
        {"type": "hologram", "body": "x"},  # unknown type
        {"body": "x"},  # no type
        nested(6),
        {"type": "composite", "parts": []},
        {"type": "location", "latitude": 91, "longitude": 0},
        {"type": "location", "latitude": 0, "longitude": -181},
        {"type": "media", "url": "ftp://e/a", "mime_type": "image/png"},
        {"type": "media", "url": "javascript:alert(1)", "mime_type": "image/png"},
        {"type": "media", "url": "https://e/a", "mime_type": "image/png", "size_bytes": -1},
        {"type": "audio", "url": "https://e/a", "duration_seconds": -1},
    ],
)
def test_content_that_means_nothing_is_refused(wire: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(EventContent).validate_python(wire)


@pytest.mark.rfc("0.7")
def test_composite_may_nest_five_deep() -> None:
    content = TypeAdapter(EventContent).validate_python(nested(5))

    assert content.type == "composite"


@pytest.mark.rfc("0.7")
@pytest.mark.parametrize("kind", ["text", "rich"])
def test_text_is_read_as_body(kind: str) -> None:
    content = TypeAdapter(EventContent).validate_python({"type": kind, "text": "hello"})

    assert getattr(content, "body") == "hello"  # noqa: B009 - only some contents have it


RAW = {"Sid": "1", "unknown": {"deep": [1, 2.5, None, True, {"ü": "✓"}]}, "empty": {}}


@pytest.mark.rfc("0.8")
async def test_provider_input_survives_the_store(scene: Scene) -> None:
    event = stored(await scene.say(raw_payload=RAW))

    row = await scene.kit.store.get_event(event.id)
    assert row is not None
    assert row.source.raw_payload == RAW


@pytest.mark.rfc("0.8")
async def test_provider_input_is_copied_when_it_comes_in(scene: Scene) -> None:
    raw: dict[str, Any] = {"lines": ["one"]}
    event = stored(await scene.say(raw_payload=raw))

    raw["lines"].append("two")

    row = await scene.kit.store.get_event(event.id)
    assert row is not None
    assert row.source.raw_payload == {"lines": ["one"]}


class Labelled(Recorder):
    """A channel with facts of its own."""

    @property
    def info(self) -> dict[str, Any]:
        """Return what is true in every room."""
        return {"label": "instance"}


@pytest.mark.rfc("0.10")
async def test_three_levels_of_metadata_do_not_mix(scene: Scene) -> None:
    channel = await scene.add(Labelled("labelled"), metadata={"label": "binding"})

    event = stored(await scene.say(channel="labelled", metadata={"label": "event"}))

    binding = await scene.kit.get_binding(ROOM, "labelled")
    assert event.metadata["label"] == "event"
    assert binding.metadata == {"label": "binding"}
    assert channel.info == {"label": "instance"}


@pytest.mark.rfc("0.10")
async def test_binding_metadata_is_merged_on_request_only(scene: Scene) -> None:
    await scene.add(Labelled("labelled"), metadata={"label": "binding", "kept": True})

    await scene.kit.update_binding_metadata(ROOM, "labelled", {"label": "changed"})

    binding = await scene.kit.get_binding(ROOM, "labelled")
    assert binding.metadata == {"label": "changed", "kept": True}


@pytest.mark.rfc("0.6")
async def test_custom_channel_type_round_trips(kit: RoomKit) -> None:
    scene = Scene(kit)
    await scene.open()
    await scene.add(Recorder("fax", channel_type="custom:fax"))

    event = stored(await scene.say(channel="fax"))

    row = await kit.store.get_event(event.id)
    assert row is not None
    assert row.source.channel_type == "custom:fax"
    assert (await kit.get_binding(ROOM, "fax")).channel_type == "custom:fax"


@pytest.mark.rfc("0.7")
async def test_text_that_no_database_keeps_is_made_storable(scene: Scene) -> None:
    said = stored(await scene.say("a\x00b \ud800 é"))

    kept = await scene.kit.store.get_event(said.id)

    assert kept is not None
    assert kept.content == TextContent(body="a\ufffdb ? é")
