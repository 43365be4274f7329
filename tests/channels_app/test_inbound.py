"""How transports and the chat turn received messages into events."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app import MockSMSProvider, SMSChannel, WebSocketChannel, WhatsAppChannel
from rooms.channel import Channel
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    MediaContent,
    TextContent,
)
from rooms.domain.enums import ChannelType, EventType
from rooms.domain.event import RoomEvent
from tests.channels_app.values import ROOM, make_context, make_message

PICTURE = MediaContent(url="https://shop.example/mug.jpg", mime_type="image/jpeg")


async def receive(channel: Channel, content: str | EventContent, **fields: Any) -> RoomEvent:
    message = make_message(content, channel_id=channel.channel_id, **fields)
    return await channel.handle_inbound(message, make_context())


async def test_event_takes_over_what_the_message_says() -> None:
    event = await receive(
        SMSChannel("sms", provider=MockSMSProvider()),
        "Hello",
        event_type=EventType.MESSAGE,
        external_id="ext-1",
        provider_message_id="pm-1",
        thread_id="thread-1",
        idempotency_key="key-1",
        metadata={"campaign": "spring"},
    )

    assert (event.room_id, event.type) == (ROOM, EventType.MESSAGE)
    assert event.content == TextContent(body="Hello")
    assert (event.idempotency_key, event.metadata) == ("key-1", {"campaign": "spring"})
    assert (event.source.external_id, event.source.provider_message_id) == ("ext-1", "pm-1")
    assert (event.channel_data.external_id, event.channel_data.thread_id) == ("ext-1", "thread-1")


async def test_source_names_channel_sender_and_provider() -> None:
    event = await receive(SMSChannel("sms", provider=MockSMSProvider()), "Hello")

    assert (event.source.channel_id, event.source.participant_id) == ("sms", "customer")
    assert event.source.provider == event.channel_data.provider == "MockSMSProvider"


@pytest.mark.parametrize(
    ("channel", "provider"),
    [
        (SMSChannel("c1"), "sms"),
        (WhatsAppChannel("c1"), "whatsapp"),
        (WebSocketChannel("c1"), "websocket"),
    ],
)
async def test_source_of_a_channel_without_vendor_names_its_type(
    channel: Channel, provider: str
) -> None:
    assert (await receive(channel, "Hello")).source.provider == provider


@pytest.mark.parametrize(
    ("content", "channel_type"),
    [
        ("Hello", ChannelType.SMS),
        (PICTURE, ChannelType.MMS),
        (AudioContent(url="https://shop.example/a.ogg"), ChannelType.MMS),
        # a picture deep inside counts
        (
            CompositeContent(parts=[TextContent(body="Look"), CompositeContent(parts=[PICTURE])]),
            ChannelType.MMS,
        ),
        (CompositeContent(parts=[TextContent(body="Look")]), ChannelType.SMS),
    ],
)
async def test_text_message_with_a_file_is_called_mms(
    content: str | EventContent, channel_type: ChannelType
) -> None:
    event = await receive(SMSChannel("sms"), content)

    assert event.source.channel_type is channel_type


async def test_other_channels_keep_their_type_with_a_file() -> None:
    event = await receive(WhatsAppChannel("wa"), PICTURE)

    assert event.source.channel_type is ChannelType.WHATSAPP


async def test_type_is_the_channels_whatever_the_message_claims() -> None:
    event = await receive(WebSocketChannel("chat"), "Hello", channel_type=ChannelType.SYSTEM)

    assert event.source.channel_type is ChannelType.WEBSOCKET


async def test_raw_payload_is_kept_whatever_becomes_of_the_original() -> None:
    raw = {"Body": "Hello", "Media": [{"url": "https://shop.example/mug.jpg"}]}
    event = await receive(SMSChannel("sms"), "Hello", raw_payload=raw)

    raw["Media"].clear()  # type: ignore[attr-defined]  # the literal's list

    assert event.source.raw_payload["Media"] == [{"url": "https://shop.example/mug.jpg"}]


async def test_moment_of_sending_is_kept_beside_the_event() -> None:
    event = await receive(
        SMSChannel("sms"), "Hello", timestamp=datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )

    assert event.channel_data.extra == {"sent_at": "2026-03-01T09:30:00+00:00"}
