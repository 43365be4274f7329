"""Mails that SendGrid posts, whole or taken apart."""

from typing import Any

import pytest

from channels_app.providers.base.webhook import MalformedWebhook, WebhookRequest
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.email import SendGridProvider
from channels_app.testing.fakes import sendgrid_webhooks as webhooks
from channels_app.testing.fakes.sendgrid_webhooks import inbound_parsed, inbound_raw
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from rooms.domain.message import InboundMessage
from tests.providers.mail.samples import CUSTOMER, make_mime

HEADERS = (
    "Received: by mx.sendgrid.net\nFrom: =?utf-8?Q?An=C3=A1?= <Ana@customer.example>\n"
    "To: support@in.example.org\nSubject: =?utf-8?Q?d=C3=A9j=C3=A0?=\n"
    "Message-ID: <m1@customer.example>\nIn-Reply-To: <m0@customer.example>\n"
    'Content-Type: multipart/alternative; boundary="x"\n'
)


def parse(webhook: webhooks.Webhook) -> InboundMessage:
    config = SendGridConfig.model_validate({"api_key": "SG.x", "from_email": "support@example.org"})
    request = WebhookRequest("POST", "https://chat.example.org/", webhook.headers, webhook.body)
    (item,) = SendGridProvider(config).parse(request, "mail")
    assert isinstance(item, InboundMessage)
    return item


def files_of(message: InboundMessage) -> list[tuple[str | None, str, int | None]]:
    assert isinstance(message.content, CompositeContent)
    return [
        (part.filename, part.mime_type, part.size_bytes)
        for part in message.content.parts
        if isinstance(part, MediaContent)
    ]


def test_a_whole_mail_is_read() -> None:
    message = parse(inbound_raw(make_mime("Salut", Subject="déjà").as_bytes()))

    assert (message.sender_id, message.content) == (CUSTOMER, TextContent(body="Salut"))
    assert message.metadata["email"]["subject"] == "déjà"
    assert message.raw_payload["SPF"] == "pass"
    assert "email" not in message.raw_payload


def test_the_envelope_tells_recipients_and_bounces() -> None:
    mime = make_mime().as_bytes()

    kept = parse(inbound_raw(mime, to=["a@in.example.org"]))
    other = parse(inbound_raw(mime, to=["b@in.example.org"], sender=""))

    assert kept.idempotency_key != other.idempotency_key
    assert "auto_submitted" not in kept.metadata
    assert other.metadata["auto_submitted"] == "bounce"


def test_a_mail_that_is_posted_again_has_the_same_key() -> None:
    mime = make_mime().as_bytes()

    first, again = parse(inbound_raw(mime)), parse(inbound_raw(mime, timestamp=1))

    assert first.idempotency_key == again.idempotency_key


def test_a_mail_that_was_taken_apart_is_read() -> None:
    message = parse(
        inbound_parsed(
            {"headers": HEADERS, "text": "Merci\n\nOn Mon, 3 Mar 2025, S <s@x> wrote:\n> Hi"}
        )
    )

    facts = message.metadata["email"]
    assert message.content == TextContent(body="Merci")
    assert (facts["from_name"], facts["subject"]) == ("Aná", "déjà")
    assert (facts["message_id"], facts["in_reply_to"]) == (
        "<m1@customer.example>",
        "<m0@customer.example>",
    )


def test_each_field_has_its_own_charset() -> None:
    message = parse(
        inbound_parsed(
            {
                "headers": "From: a@x.example\nMessage-ID: <m1@x>",
                "text": "déjà".encode("latin-1"),
                "html": "<p>été</p>".encode("cp1252"),
                "subject": "Été".encode(),
                "charsets": '{"text":"iso-8859-1","html":"windows-1252","subject":"UTF-8"}',
            }
        )
    )

    assert message.content == TextContent(body="déjà")
    assert message.metadata["email"]["html"] == "<p>été</p>"
    assert message.metadata["email"]["subject"] == "Été"


@pytest.mark.parametrize("charsets", ['{"text":"nonsense"}', '{"text":7}', "[]", "{}"])
def test_a_charset_nobody_knows_is_guessed(charsets: str) -> None:
    fields: dict[str, str | bytes] = {"text": "déjà".encode("latin-1"), "charsets": charsets}

    assert parse(inbound_parsed(fields)).content in (
        TextContent(body="déjà"),
        TextContent(body="d\ufffdj\ufffd"),
    )


def test_html_alone_is_read() -> None:
    message = parse(inbound_parsed({"html": "<p>Hello</p><script>x</script>"}))

    assert message.content == TextContent(body="Hello")
    assert message.metadata["email"]["html"] == "<p>Hello</p>"


def test_attachments_of_any_name_are_kept() -> None:
    message = parse(
        inbound_parsed(
            {"text": "Here"},
            files=[
                ("a.pdf", "application/pdf", b"%PDF\r\n--xYzZ\r\n\x00\xff"),
                ("", "image/png", b"png"),
                ("Rückgabe.txt", "text/plain", b""),
            ],
        )
    )

    assert files_of(message) == [
        ("a.pdf", "application/pdf", 16),
        ("file.png", "image/png", 3),
        ("Rückgabe.txt", "text/plain", 0),
    ]


def test_the_bytes_of_a_file_stay_as_they_were() -> None:
    content = bytes(range(256)) * 3 + b"\r\n\n\r"

    message = parse(inbound_parsed({}, files=[("a.bin", "application/x-y", content)]))

    assert isinstance(message.content, MediaContent)
    assert message.content.size_bytes == len(content)


def test_a_large_mail_is_read() -> None:
    mime = make_mime("Here")
    mime.add_attachment(b"x" * 18_000_000, maintype="image", subtype="png", filename="a.png")
    webhook = inbound_raw(mime.as_bytes())

    assert len(webhook.body) > 24_000_000
    assert files_of(parse(webhook)) == [("a.png", "image/png", 18_000_000)]


def malformed() -> list[tuple[str, bytes]]:
    form = "multipart/form-data; boundary=x"
    field = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
    return [
        ("multipart/form-data", field + b"From: a@b\r\n--x--"),
        (form, b""),
        (form, b"nothing"),
        (form, field + b"From: a@b.example"),
        (form, b"--x\r\nno head--x--"),
        (form, b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x--"),
        (form, b"--x--"),
        (form, (field + b"a\r\n") * 600 + b"--x--"),
        (form, field + b"no sender\r\n--x--"),
        (form, field.replace(b"email", b"text") + b"a\r\n--x--"),
        (form, field.replace(b"email", b"envelope") + b"{\r\n--x--"),
    ]


@pytest.mark.parametrize(("content_type", "body"), malformed())
def test_what_is_no_posted_mail_is_malformed(content_type: str, body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        parse(webhooks.Webhook({"content-type": content_type}, body))


def test_nothing_of_a_mail_is_lost_by_surprising_fields() -> None:
    more: dict[str, Any] = {"brand_new": "x", "spam_report": "y"}

    assert parse(inbound_raw(make_mime("Hi").as_bytes(), **more)).content == TextContent(body="Hi")
