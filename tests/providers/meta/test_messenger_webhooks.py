from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    MessageEdited,
    MessageReacted,
    WebhookItem,
)
from channels_app.providers.meta.messenger import (
    FacebookMessengerProvider,
)
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID, SENT_AT_MS
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.message import InboundMessage
from tests.providers.meta.said import webhook

SENT_AT = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
URL = "https://scontent.xx.fbcdn.net/v/a.jpg?oh=1"


def parse(
    page: FakeMessenger, provider: FacebookMessengerProvider, *events: dict[str, Any]
) -> list[WebhookItem]:
    return provider.parse(webhook(page.hooks.post(*events)), "fb")


def read(
    page: FakeMessenger, provider: FacebookMessengerProvider, event: dict[str, Any]
) -> InboundMessage:
    (item,) = parse(page, provider, event)
    assert isinstance(item, InboundMessage)
    return item


def test_text(page: FakeMessenger, messenger: FacebookMessengerProvider) -> None:
    event = page.hooks.text("Ça va? 😀", reply_to={"mid": "m_OUT1"}, quick_reply={"payload": "P"})
    item = read(page, messenger, event)

    assert (item.channel_id, item.sender_id) == ("fb", PSID)
    assert item.content == TextContent(body="Ça va? 😀")
    assert item.external_id == item.provider_message_id == item.idempotency_key == "m_IN1"
    assert (item.timestamp, item.raw_payload) == (SENT_AT, event)
    assert item.metadata == {"payload": "P", "reply_to_provider_message_id": "m_OUT1"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image", MediaContent(url=URL, mime_type="image/jpeg")),
        ("sticker", MediaContent(url=URL, mime_type="image/png")),
        ("audio", AudioContent(url=URL, mime_type="audio/mp4")),
        ("video", VideoContent(url=URL)),
        (
            "file",
            MediaContent(url=URL, mime_type="application/octet-stream", filename="a.jpg"),
        ),
        ("reel", TextContent(body=URL)),
    ],
)
def test_files(
    page: FakeMessenger, messenger: FacebookMessengerProvider, kind: str, content: EventContent
) -> None:
    assert read(page, messenger, page.hooks.files((kind, URL))).content == content


def test_words_with_files(page: FakeMessenger, messenger: FacebookMessengerProvider) -> None:
    event = page.hooks.files(("image", URL), ("video", URL), text="Look")

    content = read(page, messenger, event).content
    assert isinstance(content, CompositeContent)
    assert [part.type for part in content.parts] == ["text", "media", "video"]


@pytest.mark.parametrize(
    ("attachments", "content"),
    [
        (
            # both, until Meta sends the sticker only
            [
                {"type": "image", "payload": {"url": URL, "sticker_id": 369}},
                {"type": "sticker", "payload": {"url": URL, "sticker_id": 369}},
            ],
            MediaContent(url=URL, mime_type="image/png"),
        ),
        (
            [
                {
                    "type": "location",
                    "title": "Ana's place",
                    "payload": {"coordinates": {"lat": 45.5, "long": -73.6}},
                }
            ],
            LocationContent(latitude=45.5, longitude=-73.6, label="Ana's place"),
        ),
        (
            [
                {
                    "type": "fallback",
                    "title": "Shop",
                    "url": "https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example.org%2F&h=A",
                }
            ],
            TextContent(body="Shop\nhttps://shop.example.org/"),
        ),
        ([{"type": "fallback", "payload": None}], TextContent(body="[Unsupported message]")),
    ],
)
def test_odd_attachments(
    page: FakeMessenger,
    messenger: FacebookMessengerProvider,
    attachments: list[dict[str, Any]],
    content: EventContent,
) -> None:
    event = page.hooks.event(message={"mid": "m_IN1", "attachments": attachments})

    assert read(page, messenger, event).content == content


def test_a_pushed_button_is_a_message(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    item = read(page, messenger, page.hooks.postback("BUY:7", "Buy"))

    assert (item.content, item.external_id) == (TextContent(body="Buy"), "m_PB1")
    assert item.metadata == {"payload": "BUY:7", "postback": True}


def test_a_pushed_button_without_an_id_has_the_same_one_twice(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    event = page.hooks.event(postback={"payload": "GET_STARTED"})

    first, second = parse(page, messenger, event, event)
    assert isinstance(first, InboundMessage)
    assert isinstance(second, InboundMessage)
    assert first.content == TextContent(body="GET_STARTED")
    assert first.idempotency_key == second.idempotency_key == f"postback:{PSID}:{SENT_AT_MS}"


def test_changes_to_messages(page: FakeMessenger, messenger: FacebookMessengerProvider) -> None:
    hooks = page.hooks
    edit, react, unreact = parse(
        page,
        messenger,
        hooks.edit("m_IN1", "5 pm", num_edit=2),
        hooks.reaction("m_OUT1", "😊"),
        hooks.reaction("m_OUT1", None),
    )

    assert isinstance(edit, MessageEdited)
    assert (edit.provider_message_id, edit.external_id) == ("m_IN1", "m_IN1:2")
    assert (edit.content, edit.timestamp) == (TextContent(body="5 pm"), SENT_AT)
    assert isinstance(react, MessageReacted)
    assert isinstance(unreact, MessageReacted)
    assert (react.provider_message_id, react.emoji, unreact.emoji) == ("m_OUT1", "😊", "")
