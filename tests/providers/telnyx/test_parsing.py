"""What is read out of the webhooks for messages that came in as SMS and MMS."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import ContactChanged, MalformedWebhook, WebhookItem
from channels_app.providers.telnyx.sms import parse_telnyx_webhook
from channels_app.testing.fakes.telnyx_desk import NUMBER
from channels_app.testing.fakes.telnyx_webhooks import (
    CUSTOMER,
    Webhook,
    encode,
    event,
    inbound_sms,
    signed,
    status,
)
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.message import InboundMessage
from tests.providers.telnyx.account import IMAGE, make_sms, received

OTHER = "+15145550124"
PICTURE = {"url": IMAGE, "content_type": "image/jpeg", "hash_sha256": "ab", "size": 3}


def parsed(webhook: Webhook) -> list[WebhookItem]:
    return make_sms().parse(received(webhook), "sms-main")


def message_of(webhook: Webhook) -> InboundMessage:
    (item,) = parsed(webhook)
    assert isinstance(item, InboundMessage)
    return item


def test_a_text_is_read() -> None:
    webhook = inbound_sms("Ça va? 😀", message_id="m-1", event_id="e-1")

    message = message_of(webhook)

    assert message.content == TextContent(body="Ça va? 😀")
    assert (message.channel_id, message.sender_id) == ("sms-main", CUSTOMER)
    assert (message.provider_message_id, message.external_id) == ("m-1", "m-1")
    assert message.timestamp == datetime(2026, 1, 1, 0, 0, 0, 123000, UTC)
    assert message.metadata == {"recipient": NUMBER}
    assert message.raw_payload == json.loads(webhook.body)


@pytest.mark.parametrize(
    ("text", "media", "content"),
    [
        (None, [PICTURE], MediaContent(url=IMAGE, mime_type="image/jpeg", size_bytes=3)),
        ("", [PICTURE], MediaContent(url=IMAGE, mime_type="image/jpeg", size_bytes=3)),
        (None, [{"url": IMAGE}], MediaContent(url=IMAGE, mime_type="application/octet-stream")),
        (
            None,
            [{"url": IMAGE, "content_type": "audio/amr"}],
            AudioContent(url=IMAGE, mime_type="audio/amr"),
        ),
        (
            None,
            [{"url": IMAGE, "content_type": "video/3gpp"}],
            VideoContent(url=IMAGE, mime_type="video/3gpp"),
        ),
        (
            "Look",
            [PICTURE, PICTURE | {"url": None}],
            MediaContent(url=IMAGE, mime_type="image/jpeg", size_bytes=3, caption="Look"),
        ),
        # several, and a recording, which has no caption
        (
            "Two",
            [{"url": IMAGE, "content_type": kind} for kind in ("image/jpeg", "image/png")],
            CompositeContent(
                parts=[
                    TextContent(body="Two"),
                    MediaContent(url=IMAGE, mime_type="image/jpeg"),
                    MediaContent(url=IMAGE, mime_type="image/png"),
                ]
            ),
        ),
        (
            "Hear",
            [{"url": IMAGE, "content_type": "audio/amr"}],
            CompositeContent(
                parts=[
                    TextContent(body="Hear"),
                    AudioContent(url=IMAGE, mime_type="audio/amr"),
                ]
            ),
        ),
    ],
)
def test_files_are_read(text: str | None, media: list[dict[str, Any]], content: Any) -> None:
    assert message_of(inbound_sms(text, media=media)).content == content


def test_the_subject_stands_for_words_that_are_missing() -> None:
    assert message_of(inbound_sms(None, subject="Hello")).content == TextContent(body="Hello")


def test_a_group_is_named() -> None:
    to = [{"phone_number": NUMBER}, {"phone_number": OTHER}]

    message = message_of(inbound_sms("All", to=to, cc=[{"phone_number": "+15145550125"}]))

    assert message.metadata["group"] == [NUMBER, OTHER, "+15145550125"]


def test_a_repeated_webhook_has_the_key_of_the_first() -> None:
    first = message_of(inbound_sms(message_id="m-1", event_id="e-1"))
    again = message_of(inbound_sms(message_id="m-1", event_id="e-1"))
    # sent once more by the vendor, as an event of its own
    anew = message_of(inbound_sms(message_id="m-1", event_id="e-2"))

    assert {each.idempotency_key for each in (first, again, anew)} == {"m-1"}


def test_reading_changes_nothing_in_the_payload() -> None:
    payload = json.loads(inbound_sms("Hi", media=[PICTURE]).body)
    before = deepcopy(payload)

    assert parse_telnyx_webhook(payload, "sms-main").raw_payload == before == payload


@pytest.mark.parametrize(
    ("answered", "change"), [("STOP", "opted_out"), ("START", "opted_in"), ("stop", "opted_out")]
)
def test_opting_out_and_in_is_told_before_the_message(answered: str, change: str) -> None:
    contact, message = parsed(inbound_sms("Stop", autoresponse_type=answered))

    assert isinstance(contact, ContactChanged)
    assert (contact.sender_id, contact.change) == (CUSTOMER, change)
    assert isinstance(message, InboundMessage)


@pytest.mark.parametrize("answered", ["HELP", None])
def test_other_answers_of_the_vendor_change_nothing(answered: str | None) -> None:
    message = message_of(inbound_sms("Help", autoresponse_type=answered))

    assert message.content == TextContent(body="Help")


@pytest.mark.parametrize(
    "payload",
    [
        # what happens to links and numbers is not ours to know
        {"data": {"event_type": "message.link_click", "payload": {"url": "https://x.org"}}},
        # what we have sent, told as if it had come in
        event("message.received", {"id": "m-1", "direction": "outbound", "text": "Hi"}),
    ],
)
def test_other_events_hold_nothing(payload: dict[str, Any]) -> None:
    assert parsed(signed(encode(payload))) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"data"',
        b"{}",
        b'{"data":null}',
        b'{"data":{"event_type":7}}',
        b'{"data":{"event_type":"message.received"}}',
        encode(event("message.received", {"direction": "inbound"})),
        encode(event("message.received", {"id": "", "direction": "inbound", "text": "Hi"})),
        # nobody has sent it
        encode(event("message.received", {"id": "m", "direction": "inbound", "text": "Hi"})),
        inbound_sms(None).body,
        inbound_sms(media=[{"url": "ftp://example.org/a.jpg"}]).body,
        inbound_sms(media=[PICTURE | {"size": -1}]).body,
        encode(event("message.sent", {"id": "m-1", "to": "+1"})),
    ],
)
def test_what_telnyx_does_not_send_is_told(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        parsed(signed(body))


def test_what_is_malformed_is_told_without_its_words() -> None:
    with pytest.raises(MalformedWebhook) as told:
        parsed(inbound_sms(text=["secret words"]))  # type: ignore[arg-type]  # malformed

    assert "payload.text" in str(told.value)
    assert "secret" not in str(told.value)


def test_the_short_form_reads_messages_only() -> None:
    said = json.loads(inbound_sms("Hi").body)
    told = json.loads(status("message.sent", "m-1", {CUSTOMER: "sent"}).body)

    assert parse_telnyx_webhook(said, "sms-main").content == TextContent(body="Hi")
    with pytest.raises(MalformedWebhook, match=r"message\.sent"):
        parse_telnyx_webhook(told, "sms-main")


def test_the_short_form_reads_what_has_no_direction_if_it_may() -> None:
    said = json.loads(inbound_sms("Hi", direction=None).body)

    assert parse_telnyx_webhook(said, "sms-main", strict=False).sender_id == CUSTOMER
    with pytest.raises(MalformedWebhook):
        parse_telnyx_webhook(said, "sms-main")
