"""Webhooks of SMS vendors as flat facts, and what the kit makes of them."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from channels_app import WebhookMeta, extract_sms_meta
from channels_app.providers.base.webhook import MalformedWebhook
from channels_app.testing.fakes import sinch_webhooks, telnyx_webhooks, voicemeup
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER, SID, TwilioWebhooks
from rooms import InboundMessage, RoomKit
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.testing.rig import Recorder
from tests.kit_fixtures import kit, make_kit, store, store_class
from tests.providers.posting import JPEG, URL

__all__ = ["kit", "make_kit", "store", "store_class"]

TWILIO = TwilioWebhooks(URL)
FILE = {"url": JPEG, "content_type": "image/jpeg", "size": 3}
PART = {"code": 0, "status": "Delivered", "count": 1, "recipients": ["15145550123"]}
JPEGS = [{"url": JPEG, "mime_type": "image/jpeg"}]


def form(webhook: Any) -> dict[str, str]:
    return dict(parse_qsl(webhook.body.decode(), keep_blank_values=True))


def body(webhook: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(webhook.body)
    return decoded


MESSAGES = [
    ("twilio", form(TWILIO.inbound_text("hi")), CUSTOMER, "hi", []),
    ("twilio", form(TWILIO.inbound_media(JPEG, text="hi")), CUSTOMER, "hi", JPEGS),
    ("telnyx", body(telnyx_webhooks.inbound_sms("hi")), CUSTOMER, "hi", []),
    ("telnyx", body(telnyx_webhooks.inbound_sms("hi", media=[FILE])), CUSTOMER, "hi", JPEGS),
    ("sinch", body(sinch_webhooks.inbound_text("hi")), CUSTOMER, "hi", []),
    ("voicemeup", body(voicemeup.inbound("hi")), "+14185550123", "hi", []),
    ("Twilio", form(TWILIO.inbound_media(JPEG, JPEG)), CUSTOMER, "", JPEGS * 2),
]
REPORTS = [
    ("twilio", form(TWILIO.status(SID, "undelivered")), SID, "failed"),
    (
        "telnyx",
        body(telnyx_webhooks.status("message.finalized", "m1", {CUSTOMER: "delivered"})),
        "m1",
        "delivered",
    ),
    ("sinch", body(sinch_webhooks.batch_report("b1", [PART])), "b1", "delivered"),
]


@pytest.mark.parametrize(("vendor", "payload", "sender", "words", "files"), MESSAGES)
def test_message_is_told_from_a_report(
    vendor: str, payload: dict[str, Any], sender: str, words: str, files: list[dict[str, str]]
) -> None:
    meta = extract_sms_meta(vendor, payload)

    assert (meta.is_inbound, meta.is_status) == (True, False)
    assert (meta.provider, meta.sender, meta.body) == (vendor, sender, words)
    assert (meta.media_urls, meta.raw) == (files, payload)
    assert meta.recipient.startswith("+")
    assert meta.external_id == meta.to_inbound("sms").external_id
    assert (meta.to_inbound("sms").channel_id, meta.to_inbound("sms").sender_id) == ("sms", sender)


@pytest.mark.parametrize(("vendor", "payload", "message_id", "status"), REPORTS)
def test_report_is_told_from_a_message(
    vendor: str, payload: dict[str, Any], message_id: str, status: str
) -> None:
    meta = extract_sms_meta(vendor, payload)

    assert (meta.is_inbound, meta.is_status) == (False, True)
    assert (meta.external_id, meta.event_type, meta.recipient) == (message_id, status, CUSTOMER)
    assert (meta.to_status().message_id, meta.to_status().status) == (message_id, status)


@pytest.mark.parametrize(
    ("vendor", "payload"),
    [
        ("sinch", {"type": "something_new"}),
        ("twilio", form(TWILIO.inbound_text(""))),
        ("voicemeup", body(voicemeup.inbound(direction="outbound"))),
    ],
)
def test_webhook_that_says_nothing_to_us_is_neither(vendor: str, payload: dict[str, Any]) -> None:
    meta = extract_sms_meta(vendor, payload)

    assert (meta.is_inbound, meta.is_status) == (False, False)
    with pytest.raises(ValueError, match="no message"):
        meta.to_inbound("sms")
    with pytest.raises(ValueError, match="no report"):
        meta.to_status()


def test_what_a_vendor_does_not_send_is_malformed() -> None:
    with pytest.raises(MalformedWebhook):
        extract_sms_meta("twilio", {"a": "b"})


def test_unknown_vendor_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="'pigeon': take one of twilio, telnyx, sinch, voicemeup"):
        extract_sms_meta("pigeon", {})


AT = datetime(2026, 1, 1, tzinfo=UTC)


def by_hand(**more: Any) -> WebhookMeta:
    return WebhookMeta("own", CUSTOMER, "+15145550199", "hi", "x-1", AT, {"a": 1}, **more)


def test_facts_that_a_host_puts_together_are_a_message() -> None:
    meta = by_hand(media_urls=[*JPEGS, {"url": JPEG, "mime_type": None}])

    message = meta.to_inbound("sms")

    assert meta.is_inbound
    assert (message.idempotency_key, message.timestamp) == ("x-1", AT)
    assert message.raw_payload == {"a": 1}
    assert isinstance(message.content, CompositeContent)
    assert [type(part) for part in message.content.parts] == [
        TextContent,
        MediaContent,
        MediaContent,
    ]


def test_facts_that_a_host_puts_together_are_a_report() -> None:
    status = by_hand(direction="outbound", event_type="delivered").to_status()

    assert status == DeliveryStatus(
        provider="own",
        message_id="x-1",
        status="delivered",
        recipient="+15145550199",
        sender=CUSTOMER,
        timestamp=AT,
        raw={"a": 1},
    )


# -- the kit


async def test_kit_says_a_message_in_a_room(kit: RoomKit) -> None:
    kit.register_channel(Recorder("sms"))

    await kit.process_webhook(extract_sms_meta("twilio", form(TWILIO.inbound_text("hi"))), "sms")

    [room] = await kit.store.list_rooms()
    assert [event.content for event in await kit.get_timeline(room.id)] == [TextContent(body="hi")]


async def test_kit_tells_what_became_of_a_message(kit: RoomKit) -> None:
    kit.register_channel(Recorder("sms"))
    report = extract_sms_meta("twilio", form(TWILIO.status(SID, "delivered")))

    await kit.process_webhook(report, "sms")

    known = await kit.store.get_provider_message("sms", SID)
    assert known is not None
    assert known.status == "delivered"
    assert await kit.store.list_rooms() == []


async def test_kit_leaves_alone_what_is_neither(kit: RoomKit) -> None:
    kit.register_channel(Recorder("sms"))

    await kit.process_webhook(extract_sms_meta("sinch", {"type": "something_new"}), "sms")

    assert await kit.store.list_rooms() == []


def test_inbound_keeps_what_its_vendor_said_of_it() -> None:
    message = extract_sms_meta("twilio", form(TWILIO.inbound_text("hi"))).to_inbound("sms")

    assert isinstance(message, InboundMessage)
    assert message.metadata["recipient"] == "+15145550199"
