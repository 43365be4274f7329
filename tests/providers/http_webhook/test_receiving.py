"""Webhooks in."""

import json
from typing import Any

import pytest

from channels_app.providers.base.webhook import MalformedWebhook, WebhookRefused
from channels_app.providers.http_webhook.parsing import parse_http_webhook
from channels_app.testing.fakes.http_webhook import SECRET
from rooms.domain.content import LocationContent, TextContent
from rooms.domain.message import InboundMessage
from tests.providers.http_webhook.hooks import OTHER, as_request, make_provider, make_sender

URL = "https://x.example/hook"


@pytest.mark.parametrize(
    ("signs", "known"), [((SECRET,), SECRET), ((OTHER,), OTHER), ((OTHER, SECRET), SECRET)]
)
async def test_what_is_signed_with_a_good_secret_is_believed(
    signs: tuple[str, ...], known: str
) -> None:
    request = as_request(make_sender(*signs).inbound_text())

    await make_provider(URL, secret=known).verify(request)


async def test_while_a_secret_is_changed_the_former_is_believed() -> None:
    request = as_request(make_sender(OTHER).inbound_text())

    await make_provider(URL, previous_secrets=[OTHER]).verify(request)


@pytest.mark.parametrize("late_s", [-301, 301])
async def test_an_old_webhook_is_not_believed(late_s: int) -> None:
    sender = make_sender()
    stamp = 1767225600 - late_s
    request = as_request(sender.inbound({"sender_id": "u1", "body": "a"}, stamp=stamp))

    with pytest.raises(WebhookRefused, match="300 s"):
        await make_provider(URL).verify(request)


async def test_what_is_signed_the_old_way_only_is_not_believed() -> None:
    """It could be sent again by whoever has seen it."""
    headers, body = make_sender().inbound_text()
    del headers["webhook-signature"]

    with pytest.raises(WebhookRefused):
        await make_provider(URL).verify(as_request((headers | {"x-roomkit-signature": "a"}, body)))


async def test_a_changed_body_is_not_believed() -> None:
    headers, body = make_sender().inbound_text()

    with pytest.raises(WebhookRefused):
        await make_provider(URL).verify(as_request((headers, body.replace(b"u1", b"u2"))))


async def test_without_a_secret_nobody_is_believed() -> None:
    request = as_request(make_sender().inbound_text())

    with pytest.raises(WebhookRefused, match="no secret"):
        await make_provider(URL, secret=None).verify(request)


def test_a_message_says_who_what_and_which() -> None:
    post = make_sender().inbound_text(
        "Salut", thread_id="t1", metadata={"a": 1, "_aliases": ["u2"]}, more="ignored"
    )

    [message] = make_provider(URL).parse(as_request(post), "hook")

    assert isinstance(message, InboundMessage)
    assert (message.channel_id, message.sender_id, message.thread_id) == ("hook", "u1", "t1")
    assert message.content == TextContent(body="Salut")
    assert (message.external_id, message.idempotency_key) == ("m-1", "m-1")
    assert message.metadata == {"a": 1}
    assert message.raw_payload == json.loads(post[1])


def test_without_an_id_of_its_own_a_message_has_the_webhooks() -> None:
    post = make_sender().inbound({"sender_id": "u1", "body": "a"}, webhook_id="msg_7")

    [message] = make_provider(URL).parse(as_request(post), "hook")

    assert isinstance(message, InboundMessage)
    assert (message.idempotency_key, message.external_id) == ("msg_7", None)


def test_a_message_can_say_more_than_words() -> None:
    place = {"type": "location", "latitude": 45.5, "longitude": -73.6}

    message = parse_http_webhook({"sender_id": "u1", "body": "ici", "content": place}, "hook")

    assert message.content == LocationContent(latitude=45.5, longitude=-73.6)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"body": "a"}, "sender_id"),
        ({"sender_id": "", "body": "a"}, "sender_id"),
        ({"sender_id": 7, "body": "a"}, "sender_id"),
        ({"sender_id": "u1"}, "body"),
        ({"sender_id": "u1", "body": ""}, "body"),
        ({"sender_id": "u1", "body": ["a"]}, "body"),
        ({"sender_id": "u1", "content": {"type": "song"}}, "content"),
        ({"sender_id": "u1", "content": {"type": "media", "url": 5}}, "content"),
        ({"sender_id": "u1", "body": "a", "metadata": "x"}, "metadata"),
    ],
)
def test_what_is_no_message_is_told_by_the_name_of_the_field(
    fields: dict[str, Any], named: str
) -> None:
    provider, request = make_provider(URL), as_request(make_sender().inbound(fields))

    with pytest.raises(MalformedWebhook, match=named):
        provider.parse(request, "hook")

    reply = provider.reply(request)
    assert reply.status == 422
    assert named in reply.body


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_json_object_is_no_message(body: bytes) -> None:
    headers, _ = make_sender().inbound_text()

    with pytest.raises(MalformedWebhook):
        make_provider(URL).parse(as_request((headers, body)), "hook")


def test_a_message_is_answered_with_success() -> None:
    reply = make_provider(URL).reply(as_request(make_sender().inbound_text()))

    assert (reply.status, reply.body) == (200, "")
