"""What is read out of the webhooks for RCS."""

import json
from typing import Any

import pytest

from channels_app.providers.base.webhook import MalformedWebhook
from channels_app.providers.telnyx.rcs import parse_telnyx_rcs_webhook
from channels_app.testing.fakes.telnyx_desk import AGENT_ID
from channels_app.testing.fakes.telnyx_webhooks import CUSTOMER, Webhook, inbound_rcs, status
from rooms.domain.content import AudioContent, LocationContent, MediaContent, TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage
from tests.providers.telnyx.account import make_rcs, received

FILE = "https://rcs-user-content.example.org/a"


def message_of(webhook: Webhook) -> InboundMessage:
    (item,) = make_rcs().parse(received(webhook), "rcs-main")
    assert isinstance(item, InboundMessage)
    return item


def user_file(mime_type: str, **more: Any) -> dict[str, Any]:
    payload = {"file_uri": FILE, "mime_type": mime_type, "file_name": "a.bin", "file_size_bytes": 3}
    return {"user_file": {"payload": payload | more, "thumbnail": {"file_uri": FILE}}}


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ({"text": "Bonjour 😀"}, TextContent(body="Bonjour 😀")),
        (
            user_file("image/jpeg"),
            MediaContent(url=FILE, mime_type="image/jpeg", filename="a.bin", size_bytes=3),
        ),
        (user_file("audio/mp4"), AudioContent(url=FILE, mime_type="audio/mp4", size_bytes=3)),
        (
            {"location": {"latitude": 45.5, "longitude": -73.6}},
            LocationContent(latitude=45.5, longitude=-73.6),
        ),
    ],
)
def test_what_people_send_is_read(body: dict[str, Any], content: Any) -> None:
    message = message_of(inbound_rcs(body, message_id="m-1"))

    assert message.content == content
    assert (message.sender_id, message.idempotency_key) == (CUSTOMER, "m-1")
    assert message.metadata == {"recipient": AGENT_ID}


@pytest.mark.parametrize(
    ("choice", "words", "payload", "kind"),
    [
        ({"text": "Oui", "postback_data": "b3Vp", "type": "REPLY"}, "Oui", "oui", "REPLY"),
        ({"text": "Go", "postback_data": "Z28=", "type": "ACTION"}, "Go", "go", "ACTION"),
        # only the payload
        ({"postback_data": "b3Vp"}, "oui", "oui", "REPLY"),
        # no base64, or none of text
        ({"text": "Oui", "postback_data": "order:7"}, "Oui", "order:7", "REPLY"),
        ({"text": "Oui", "postback_data": "/////w=="}, "Oui", "/////w==", "REPLY"),
        ({"text": "Oui", "postback_data": "été"}, "Oui", "été", "REPLY"),
        ({"text": "Oui"}, "Oui", None, "REPLY"),
    ],
)
def test_a_choice_is_what_it_says_and_what_it_means(
    choice: dict[str, str], words: str, payload: str | None, kind: str
) -> None:
    message = message_of(inbound_rcs({"suggestion_response": choice}))

    assert message.content == TextContent(body=words)
    assert (message.metadata["payload"], message.metadata["suggestion"]) == (payload, kind)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sticker": {}},
        {"text": {"body": "WhatsApp has it so"}},
        {"text": 7},
        {"user_file": "a"},
        {"user_file": {}},
        {"user_file": {"payload": {"mime_type": "image/jpeg"}}},
        {"user_file": {"payload": {"file_uri": "https://a.example/a", "mime_type": ["a/b"]}}},
        user_file("image/jpeg", file_size_bytes="many"),
        {"location": {"latitude": 95, "longitude": 0}},
        {"location": {}},
        {"suggestion_response": []},
        {"suggestion_response": {}},
        {"text": ""},
    ],
)
def test_what_telnyx_does_not_send_is_told(body: dict[str, Any]) -> None:
    with pytest.raises(MalformedWebhook):
        message_of(inbound_rcs(body))


@pytest.mark.parametrize(
    ("event_type", "word", "kind", "ours"),
    [
        ("message.sent", "sent", "RCS", "sent"),
        ("message.finalized", "delivered", "RCS", "delivered"),
        ("message.read", "read", "RCS", "read"),
        ("message.finalized", "delivered", "SMS", "delivered"),
    ],
)
def test_statuses_tell_what_it_went_out_as(
    event_type: str, word: str, kind: str, ours: str
) -> None:
    webhook = status(event_type, "m-1", {CUSTOMER: word}, kind=kind)

    (item,) = make_rcs().parse(received(webhook), "rcs-main")

    assert isinstance(item, DeliveryStatus)
    assert (item.message_id, item.status) == ("m-1", ours)
    assert item.raw["channel_used"] == kind.lower()


def test_the_short_form_reads_messages_only() -> None:
    said = json.loads(inbound_rcs({"text": "Hi"}).body)
    told = json.loads(status("message.read", "m-1", {CUSTOMER: "read"}, kind="RCS").body)

    assert parse_telnyx_rcs_webhook(said, "rcs-main").content == TextContent(body="Hi")
    with pytest.raises(MalformedWebhook):
        parse_telnyx_rcs_webhook(told, "rcs-main")
