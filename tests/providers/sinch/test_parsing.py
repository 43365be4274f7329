"""What is read out of Sinch's callbacks for messages."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem
from channels_app.providers.sinch.sms import parse_sinch_webhook
from channels_app.testing.fakes.sinch_webhooks import (
    Webhook,
    encode,
    inbound_binary,
    inbound_media,
    inbound_text,
    recipient_report,
    signed,
)
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.message import InboundMessage
from tests.providers.sinch.account import FROM, IMAGE, TO, make_sms, received

MOMENT = datetime(2026, 1, 1, 0, 0, 0, 123000, UTC)


def item(kind: str = "image/jpeg", status: str = "Uploaded", **more: Any) -> dict[str, Any]:
    return {"url": IMAGE, "content_type": kind, "status": status, "code": 0} | more


def parsed(webhook: Webhook) -> list[WebhookItem]:
    return make_sms().parse(received(webhook), "sms-main")


def message_of(webhook: Webhook) -> InboundMessage:
    (message,) = parsed(webhook)
    assert isinstance(message, InboundMessage)
    return message


def test_a_text_is_read() -> None:
    webhook = inbound_text("Ça va? 😀", message_id="m-1", client_reference="e-1")

    message = message_of(webhook)

    assert message.content == TextContent(body="Ça va? 😀")
    assert (message.channel_id, message.sender_id) == ("sms-main", TO)
    ids = (message.provider_message_id, message.external_id, message.idempotency_key)
    assert ids == ("m-1", "m-1", "m-1")
    assert message.timestamp == MOMENT
    assert message.metadata == {"recipient": FROM, "client_reference": "e-1"}
    assert message.raw_payload == json.loads(webhook.body)


@pytest.mark.parametrize(
    ("sender", "ours"),
    [
        ("15145550123", "+15145550123"),
        ("+15145550123", "+15145550123"),
        ("447700900123", "+447700900123"),
        ("12345", "12345"),
        ("Bank", "Bank"),
    ],
)
def test_numbers_get_their_plus(sender: str, ours: str) -> None:
    assert message_of(inbound_text(sender=sender)).sender_id == ours


def test_the_phones_own_moment_comes_first() -> None:
    message = message_of(inbound_text(sent_at="2025-12-31T23:59:59Z"))

    assert message.timestamp == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("media", "words", "content"),
    [
        ([item()], None, MediaContent(url=IMAGE, mime_type="image/jpeg")),
        ([item()], "Look", MediaContent(url=IMAGE, mime_type="image/jpeg", caption="Look")),
        ([item("audio/amr")], None, AudioContent(url=IMAGE, mime_type="audio/amr")),
        ([item("video/mp4")], "See", VideoContent(url=IMAGE, mime_type="video/mp4", caption="See")),
        (
            [item("audio/amr")],
            "Hear",
            CompositeContent(
                parts=[TextContent(body="Hear"), AudioContent(url=IMAGE, mime_type="audio/amr")]
            ),
        ),
        (
            [item(), item("image/png")],
            "Two",
            CompositeContent(
                parts=[
                    TextContent(body="Two"),
                    MediaContent(url=IMAGE, mime_type="image/jpeg"),
                    MediaContent(url=IMAGE, mime_type="image/png"),
                ]
            ),
        ),
        ([], "Only words", TextContent(body="Only words")),
    ],
)
def test_files_are_read(
    media: list[dict[str, Any]], words: str | None, content: EventContent
) -> None:
    assert message_of(inbound_media(media, message=words)).content == content


@pytest.mark.parametrize("status", ["Failed", "failed"])
def test_a_file_that_has_not_arrived_does_not_lose_the_others(status: str) -> None:
    message = message_of(inbound_media([item(status=status), item("image/png")]))

    assert message.content == MediaContent(url=IMAGE, mime_type="image/png")
    assert message.metadata["failed_media"] == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "[Media not available]"),
        ({"message": "Look"}, "Look"),
        ({"subject": "Photo"}, "Photo"),
    ],
)
def test_a_message_without_its_file_is_shown(given: dict[str, str], shown: str) -> None:
    lost = item(status="Failed")
    del lost["url"]

    message = message_of(inbound_media([lost], **given))

    assert message.content == TextContent(body=shown)
    assert message.metadata["failed_media"] == 1


def test_reading_changes_nothing_in_the_payload() -> None:
    payload = json.loads(inbound_media([item()], message="Hi").body)
    before = deepcopy(payload)

    assert parse_sinch_webhook(payload, "sms-main").raw_payload == before == payload


def test_callbacks_of_other_types_hold_nothing() -> None:
    assert parsed(signed(encode({"type": "something_new"}))) == []


@pytest.mark.parametrize(
    "webhook",
    [
        signed(b""),
        signed(b"[]"),
        signed(b"{}"),
        signed(b'{"type":7}'),
        signed(b'{"type":"mo_text"}'),
        inbound_text(message_id=" ", id=""),
        inbound_text(body={"message": "an MMS"}),
        inbound_text(sender=""),
        inbound_media([]),
        inbound_media([item(url="ftp://example.org/a.jpg")]),
        signed(encode({"type": "mo_media", "id": "m", "from": "1", "body": "words"})),
        inbound_binary(b"\x01\x02"),
        recipient_report("", "Delivered"),
        signed(b'{"type":"recipient_delivery_report_sms","batch_id":"01FC","recipient":"1"}'),
        signed(encode({"type": "delivery_report_sms", "batch_id": "01FC"})),
    ],
)
def test_what_sinch_does_not_send_or_we_cannot_show_is_told(webhook: Webhook) -> None:
    with pytest.raises(MalformedWebhook):
        parsed(webhook)


def test_what_is_malformed_is_told_without_its_words() -> None:
    with pytest.raises(MalformedWebhook) as told:
        parsed(inbound_text(received_at=["secret words"]))

    assert "received_at" in str(told.value)
    assert "secret" not in str(told.value)


def test_the_short_form_reads_messages_only() -> None:
    said = json.loads(inbound_text("Hi").body)
    told = json.loads(recipient_report("01FC", "Delivered").body)

    assert parse_sinch_webhook(said, "sms-main").content == TextContent(body="Hi")
    with pytest.raises(MalformedWebhook, match="no message"):
        parse_sinch_webhook(told, "sms-main")
