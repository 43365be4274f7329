"""Mails that our own mail server posts to us."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_app.providers.base.mail.message_ids import make_return_path
from channels_app.providers.base.standard_webhooks import sign_headers
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookRefused,
    WebhookRequest,
)
from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.email import SMTPProvider
from rooms.domain.content import TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage
from tests.providers.mail.reports import dsn
from tests.providers.mail.samples import CUSTOMER, make_mime, our_message_id

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def make_provider(**more: Any) -> SMTPProvider:
    given: dict[str, Any] = {"from_email": "support@example.org", "webhook_secrets": [SECRET]}
    return SMTPProvider(SMTPConfig(**given | more))


def posted(body: bytes, *, secret: str = SECRET, at: datetime = NOW) -> WebhookRequest:
    headers = sign_headers([secret], webhook_id="post-1", at=at, body=body)
    url = "https://chat.example.org/webhooks/email/smtp/mail"
    return WebhookRequest("POST", url, headers, body, NOW)


def parse(body: bytes, **config: Any) -> WebhookItem:
    (item,) = make_provider(**config).parse(posted(body), "mail")
    return item


async def test_what_our_server_signed_is_taken() -> None:
    await make_provider().verify(posted(make_mime().as_bytes()))


@pytest.mark.parametrize(
    "request_",
    [
        posted(b"From: a@b", secret="whsec_AAAA"),
        posted(b"From: a@b", at=NOW - timedelta(seconds=301)),
        WebhookRequest("POST", "https://chat.example.org/", {}, b"From: a@b", NOW),
        WebhookRequest("POST", "https://chat.example.org/", posted(b"a").headers, b"b", NOW),
    ],
)
async def test_what_it_did_not_is_refused(request_: WebhookRequest) -> None:
    with pytest.raises(WebhookRefused):
        await make_provider().verify(request_)


async def test_without_a_secret_nothing_is_taken() -> None:
    with pytest.raises(WebhookRefused, match="no secret"):
        await make_provider(webhook_secrets=[]).verify(posted(b"From: a@b"))


def test_a_mail_is_a_message() -> None:
    message = parse(make_mime("Salut").as_bytes())

    assert isinstance(message, InboundMessage)
    assert (message.sender_id, message.content) == (CUSTOMER, TextContent(body="Salut"))
    assert message.raw_payload["Subject"] == "Question"


def test_the_envelope_is_in_the_headers_our_server_wrote() -> None:
    envelope = (
        b"Return-Path: <>\nX-Original-To: support@example.org\nDelivered-To: box@example.org\n"
    )

    message = parse(envelope + make_mime().as_bytes())

    assert isinstance(message, InboundMessage)
    assert message.metadata["auto_submitted"] == "bounce"
    assert message.raw_payload["X-Original-To"] == "support@example.org"


def test_only_the_topmost_envelope_counts() -> None:
    mime = b"Return-Path: <ana@customer.example>\nReturn-Path: <>\n" + make_mime().as_bytes()

    message = parse(mime)

    assert isinstance(message, InboundMessage)
    assert "auto_submitted" not in message.metadata


@pytest.mark.parametrize(
    ("mime", "event_id"),
    [
        (dsn(), "e1"),
        (
            b"X-Original-To: "
            + make_return_path("bounce@example.org", "e9", CUSTOMER).encode()
            + b"\n"
            + dsn(message_id="<lost@x>"),
            "e9",
        ),
    ],
)
def test_a_bounce_marks_our_mail_as_failed(mime: bytes, event_id: str) -> None:
    status = parse(mime)

    assert isinstance(status, DeliveryStatus)
    assert (status.provider, status.status) == ("smtp", "failed")
    assert status.message_id == our_message_id(event_id)


@pytest.mark.parametrize("body", [b"", b" \r\n", b"no mail"])
def test_what_is_no_mail_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        parse(body)


def test_secrets_are_not_shown() -> None:
    config = SMTPConfig.model_validate(
        {"from_email": "a@b.example", "password": "hunter2", "webhook_secrets": [SECRET]}
    )

    assert "hunter2" not in repr(config)
    assert "MDEy" not in repr(config)
