"""What goes in comes out: every type, every content, every field."""

import pytest

from rooms.domain.content import (
    AudioContent,
    Button,
    Card,
    CompositeContent,
    DeleteContent,
    EditContent,
    EventContent,
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
from rooms.domain.enums import ChannelType, EventStatus, EventType
from rooms.domain.event import ChannelData, RoomEvent
from rooms.domain.json import JsonObject
from rooms.stores.base import ConversationStore
from rooms.testing.factories import ROOM, at, make_event, make_room, make_source, make_unit

URL = "https://example.test/file"


async def _stored(store: ConversationStore, event: RoomEvent) -> RoomEvent:
    """Commit an event as the first of its room and read it again."""
    await store.create_room(make_room())
    await store.commit([make_unit(event)])
    stored = await store.get_event(event.id)
    assert stored is not None
    return stored


@pytest.mark.parametrize("event_type", EventType)
async def test_every_event_type_is_stored(store: ConversationStore, event_type: EventType) -> None:
    event = make_event(type=event_type)
    assert await _stored(store, event) == event


@pytest.mark.parametrize(
    "content",
    [
        TextContent(body="hello", language="en"),
        RichContent(
            body="**hi**",
            plain_text="hi",
            buttons=[Button(label="Open", action="url", value=URL)],
            cards=[Card(title="One", buttons=(Button(label="Yes"),))],
            quick_replies=[QuickReply(label="OK", value="ok")],
        ),
        MediaContent(url=URL, mime_type="image/png", filename="a.png", size_bytes=7),
        LocationContent(latitude=-12.5, longitude=130.25, label="here"),
        AudioContent(url=URL, duration_seconds=1.5, transcript="hi"),
        VideoContent(url=URL, thumbnail_url=URL, caption="film"),
        CompositeContent(
            parts=[TextContent(body="a"), CompositeContent(parts=[TextContent(body="b")])]
        ),
        SystemContent(body="attached", code="channel_attached", data={"channel_id": "x"}),
        TemplateContent(
            template_id="t1", parameters={"1": "Ann"}, fallback=TextContent(body="Dear Ann")
        ),
        EditContent(target_event_id="e", new_content=TextContent(body="b"), edit_source="sender"),
        DeleteContent(target_event_id="e", reason="spam"),
        ReactionContent(target_event_id="e", emoji="👍", action="remove"),
        ToolCallContent(
            tool_name="find", tool_id="1", arguments={"q": [1]}, structured_content={"n": 1}
        ),
    ],
    ids=lambda content: content.type,
)
async def test_every_content_type_is_stored(
    store: ConversationStore, content: EventContent
) -> None:
    assert (await _stored(store, make_event(content=content))).content == content


async def test_every_field_of_an_event_is_stored(store: ConversationStore) -> None:
    event = make_event(
        source=make_source(
            external_id="ext", provider="twilio", provider_message_id="SM1", raw_payload={"a": 1}
        ),
        status=EventStatus.BLOCKED,
        blocked_by="moderation",
        visibility="transport",
        response_visibility="ws-1",
        chain_depth=2,
        parent_event_id="p",
        thread_root_id="t",
        correlation_id="c",
        idempotency_key="k",
        created_at=at(3),
        metadata={"routed_to": ["bot"]},
        channel_data=ChannelData(provider="twilio", thread_id="th", extra={"segments": 2}),
        delivery_results={"ws-1": {"status": "failed"}},
    )
    assert await _stored(store, event) == event


@pytest.mark.parametrize(
    "addressed_to",
    [
        None,  # nobody named: everybody may answer
        [],  # nobody is asked
        ["bot"],
    ],
)
async def test_nobody_named_and_nobody_asked_stay_apart(
    store: ConversationStore, addressed_to: list[str] | None
) -> None:
    stored = await _stored(store, make_event(addressed_to=addressed_to))
    assert stored.addressed_to == addressed_to
    assert (await store.list_events(ROOM))[0].addressed_to == addressed_to


async def test_unknown_channel_data_is_kept(store: ConversationStore) -> None:
    data = ChannelData.model_validate({"subject": "Re: order", "cc": ["a@example.test"]})
    stored = await _stored(store, make_event(channel_data=data))
    assert stored.channel_data.model_extra == {"subject": "Re: order", "cc": ["a@example.test"]}


async def test_a_custom_channel_type_is_stored(store: ConversationStore) -> None:
    event = make_event(source=make_source(channel_type="custom:fax"))
    assert (await _stored(store, event)).source.channel_type == "custom:fax"


async def test_a_known_channel_type_comes_back_as_one(store: ConversationStore) -> None:
    assert (await _stored(store, make_event())).source.channel_type is ChannelType.SMS


async def test_the_raw_payload_is_kept_as_it_was(store: ConversationStore) -> None:
    payload: JsonObject = {"From": "+1", "media": [{"n": None, "size": 1.5}], "": {"ü": "✓"}}
    source = make_source(raw_payload=payload)
    assert (await _stored(store, make_event(source=source))).source.raw_payload == payload


async def test_changing_a_written_event_changes_nothing_stored(store: ConversationStore) -> None:
    event = make_event(
        source=make_source(raw_payload={"media": [{"id": 1}]}), metadata={"tags": ["a"]}
    )
    await _stored(store, event)
    event.source.raw_payload["media"][0]["id"] = 2
    event.metadata["tags"].append("b")
    stored = await store.get_event(event.id)
    assert stored is not None
    assert stored.source.raw_payload == {"media": [{"id": 1}]}
    assert stored.metadata == {"tags": ["a"]}


async def test_changing_a_read_event_changes_nothing_stored(store: ConversationStore) -> None:
    stored = await _stored(store, make_event(metadata={"tags": ["a"]}))
    [listed] = await store.list_events(ROOM)
    [recent] = await store.load_tail(ROOM, limit=1)
    for mine in (stored, listed, recent):
        mine.metadata["tags"].append("b")
    again = await store.get_event(stored.id)
    assert again is not None
    assert again.metadata == {"tags": ["a"]}
