"""Whose webhook it is, and what is read out of it."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem
from channels_app.providers.base.webhook import WebhookRefused as Refusal
from channels_app.providers.voicemeup.sms import parse_voicemeup_webhook
from channels_app.testing.fakes.voicemeup import WRAPPER, Webhook, inbound, inbound_mms, posted
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.message import InboundMessage
from tests.providers.voicemeup.account import ADDRESS, FROM, IMAGE, TO, make_sms, received

EACH_FORM = pytest.mark.parametrize("form", [False, True])


def parsed(webhook: Webhook, **config: Any) -> list[WebhookItem]:
    return make_sms(**config).parse(received(webhook), "sms-main")


def message_of(webhook: Webhook, **config: Any) -> InboundMessage:
    (message,) = parsed(webhook, **config)
    assert isinstance(message, InboundMessage)
    return message


async def test_the_token_of_the_address_proves_it() -> None:
    await make_sms().verify(received(inbound()))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?token=",
        "?token=another",
        "?token=a-secret-in-the-addres",
        "?TOKEN=a-secret-in-the-address",
        "?token=a-secret-in-the-address&token=another",
        "?token=%C3%A9%FF",
    ],
)
async def test_an_address_without_the_token_is_refused(query: str) -> None:
    with pytest.raises(Refusal, match="token of the address"):
        await make_sms().verify(received(inbound(), url=f"{ADDRESS}{query}"))


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_everything_is_refused(token: str | None) -> None:
    for url in (ADDRESS, f"{ADDRESS}?token="):
        with pytest.raises(Refusal, match="configured"):
            await make_sms(webhook_token=token).verify(received(inbound(), url=url))


@EACH_FORM
def test_a_text_is_read(form: bool) -> None:
    message = message_of(inbound("Ça va? 😀", form=form))

    assert message.content == TextContent(body="Ça va? 😀")
    assert (message.channel_id, message.sender_id) == ("sms-main", TO)
    ids = {message.provider_message_id, message.external_id, message.idempotency_key}
    assert ids == {"9a1e0000000000000000000000000001"}
    assert message.metadata == {"recipient": FROM}
    assert message.raw_payload["sms_log_id"] == "5237"


@pytest.mark.parametrize(
    ("config", "moment"),
    [
        ({}, datetime(2026, 1, 28, 18, 0, 14, tzinfo=UTC)),
        ({"timezone": "UTC"}, datetime(2026, 1, 28, 13, 0, 14, tzinfo=UTC)),
    ],
)
def test_the_vendors_clock_hangs_in_toronto(config: dict[str, str], moment: datetime) -> None:
    assert message_of(inbound(), **config).timestamp == moment


def test_the_clock_follows_the_season() -> None:
    summer = message_of(inbound(datetime_transmission="2026-07-28 13:00:14"))

    assert summer.timestamp is not None
    assert summer.timestamp.utcoffset() == timedelta(hours=-4)


def test_a_moment_that_cannot_be_read_is_left_out() -> None:
    assert message_of(inbound(datetime_transmission="yesterday")).timestamp is None


@pytest.mark.parametrize(
    ("number", "ours"),
    [
        ("14185550123", "+14185550123"),
        ("4185550123", "+14185550123"),
        ("+14185550123", "+14185550123"),
        ("33612345678", "+33612345678"),
        ("999999999999", "+999999999999"),
        ("12345", "12345"),
        ("unavailable", "unavailable"),
    ],
)
def test_numbers_get_their_plus(number: str, ours: str) -> None:
    assert message_of(inbound(source_number=number)).sender_id == ours


@EACH_FORM
def test_the_two_parts_of_an_mms_are_two_messages(form: bool) -> None:
    words, file = inbound_mms("Look", IMAGE, "image/jpeg", form=form)

    first, second = message_of(words), message_of(file)

    assert first.content == TextContent(body="Look")
    assert second.content == MediaContent(url=IMAGE, mime_type="image/jpeg")
    assert first.idempotency_key != second.idempotency_key


def test_a_wrapper_without_words_holds_nothing() -> None:
    words, _ = inbound_mms("", IMAGE, "image/jpeg")

    assert parsed(words) == []


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        (
            {"attachment_url": IMAGE, "attachment_type": "image/png"},
            MediaContent(url=IMAGE, mime_type="image/png", caption="Hi"),
        ),
        (
            {"attachment": IMAGE},
            MediaContent(url=IMAGE, mime_type="application/octet-stream", caption="Hi"),
        ),
        (
            {"attachment": IMAGE, "attachment_mime_type": "video/mp4"},
            VideoContent(url=IMAGE, mime_type="video/mp4", caption="Hi"),
        ),
        (
            {"attachment": IMAGE, "attachment_mime_type": "audio/amr"},
            CompositeContent(
                parts=[TextContent(body="Hi"), AudioContent(url=IMAGE, mime_type="audio/amr")]
            ),
        ),
        ({"attachment": f"{WRAPPER}?a=1"}, TextContent(body="Hi")),
        ({"attachment": ""}, TextContent(body="Hi")),
    ],
)
def test_files_are_read(fields: dict[str, str], content: EventContent) -> None:
    payload = json.loads(inbound("Hi").body) | fields

    assert message_of(posted(payload)).content == content


def test_a_repeated_webhook_has_the_key_of_the_first() -> None:
    assert message_of(inbound()).idempotency_key == message_of(inbound()).idempotency_key


def test_what_we_have_sent_ourselves_holds_nothing() -> None:
    assert parsed(inbound(direction="outbound")) == []


def test_numbers_that_are_no_text_are_read() -> None:
    payload = json.loads(inbound().body) | {"source_number": 14185550123, "sms_log_id": 5237}

    assert message_of(posted(payload)).sender_id == TO


def test_reading_changes_nothing_in_the_payload() -> None:
    payload = json.loads(inbound("Hi", attachment=IMAGE).body)
    before = deepcopy(payload)

    message = parse_voicemeup_webhook(payload, "sms-main")

    assert message is not None
    assert message.raw_payload == before == payload


@pytest.mark.parametrize(
    "webhook",
    [
        Webhook({"content-type": "application/json"}, b""),
        Webhook({"content-type": "application/json"}, b"[]"),
        Webhook({"content-type": "application/x-www-form-urlencoded"}, b"\xff"),
        Webhook({"content-type": "application/x-www-form-urlencoded"}, b""),
        posted({}),
        inbound(sms_hash=""),
        inbound(source_number=""),
        inbound(""),
        inbound(attachment="ftp://example.org/a.jpg"),
        posted({"sms_hash": "a", "source_number": "1", "message": ["secret words"]}),
    ],
)
def test_what_voicemeup_does_not_send_is_told(webhook: Webhook) -> None:
    with pytest.raises(MalformedWebhook) as told:
        parsed(webhook)

    assert "secret" not in str(told.value)


def test_an_address_that_cannot_be_taken_apart_is_still_a_file() -> None:
    content = message_of(inbound("", attachment="https://[oops/a.jpg")).content

    assert isinstance(content, MediaContent)
    assert content.url == "https://[oops/a.jpg"
