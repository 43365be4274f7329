"""What ElasticEmail posts: proofs, notifications, mails."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    WebhookItem,
    WebhookRefused,
    WebhookRequest,
)
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from channels_app.providers.elasticemail.email import ElasticEmailProvider
from channels_app.testing.fakes import elasticemail_webhooks as webhooks
from channels_app.testing.fakes.elasticemail_webhooks import (
    CUSTOMER,
    Webhook,
    classic,
    inbound,
    notification,
    signed,
)
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SENT_AT = int(NOW.timestamp())


def make_provider(**more: Any) -> ElasticEmailProvider:
    given: dict[str, Any] = {
        "api_key": "key",
        "from_email": "support@example.org",
        "webhook_secret": webhooks.SECRET,
        "webhook_token": webhooks.URL_TOKEN,
    }
    return ElasticEmailProvider(ElasticEmailConfig(**given | more))


def request(webhook: Webhook, **headers: str) -> WebhookRequest:
    url = f"https://chat.example.org/webhooks/email/elasticemail/mail?{webhook.query}"
    method = "POST" if webhook.body else "GET"
    return WebhookRequest(method, url, webhook.headers | headers, webhook.body, NOW)


def parse(webhook: Webhook) -> list[WebhookItem]:
    return make_provider().parse(request(webhook), "mail")


def only_status(webhook: Webhook) -> DeliveryStatus:
    (item,) = parse(webhook)
    assert isinstance(item, DeliveryStatus)
    return item


def only_mail(webhook: Webhook) -> InboundMessage:
    (item,) = parse(webhook)
    assert isinstance(item, InboundMessage)
    return item


# -- proofs


@pytest.mark.parametrize(
    "webhook",
    [
        signed(notification("Sent"), timestamp=SENT_AT),
        classic(notification("Sent")),
        classic(notification("Sent"), post=True),
        inbound(),
    ],
)
async def test_what_elasticemail_sends_is_taken(webhook: Webhook) -> None:
    await make_provider().verify(request(webhook))


@pytest.mark.parametrize("encode", [bytes.hex, lambda each: base64.b64encode(each).decode()])
@pytest.mark.parametrize("decode", [False, True])
async def test_each_likely_way_to_sign_is_taken(encode: Any, decode: bool) -> None:
    webhook = signed(notification("Sent"), timestamp=SENT_AT)
    behind = base64.b64decode(webhooks.SECRET.removeprefix("whsec_"))
    key = behind if decode else webhooks.SECRET.encode()
    digest = hmac.new(key, f"{SENT_AT}.".encode() + webhook.body, hashlib.sha256).digest()

    await make_provider().verify(
        request(webhook, **{"x-elasticemail-signature": f"v1={encode(digest)}"})
    )


GOOD = signed(notification("Sent"), timestamp=SENT_AT)


@pytest.mark.parametrize(
    ("webhook", "headers"),
    [
        (GOOD._replace(body=GOOD.body + b" "), {}),
        (GOOD, {"x-elasticemail-signature": "v1="}),
        (GOOD, {"x-elasticemail-signature": "v1=é"}),
        (GOOD, {"x-elasticemail-timestamp": ""}),
        (GOOD, {"x-elasticemail-timestamp": "soon"}),
        (GOOD, {"x-elasticemail-timestamp": str(SENT_AT + 1)}),
        (signed(notification("Sent"), timestamp=SENT_AT - 601), {}),
        (signed(notification("Sent"), timestamp=SENT_AT + 601), {}),
        (signed(notification("Sent"), timestamp=SENT_AT, secret="whsec_AAAA"), {}),
        # without its signature it must come to the secret address
        (GOOD, {"x-elasticemail-signature": ""}),
        (classic(notification("Sent"), token="guessed"), {}),
        (classic(notification("Sent"), token=""), {}),
        (classic(notification("Sent"))._replace(query="status=Sent"), {}),
        (classic(notification("Sent"))._replace(query="token=fake-url-token&token=x"), {}),
    ],
)
async def test_what_it_does_not_send_is_refused(webhook: Webhook, headers: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused) as refused:
        await make_provider().verify(request(webhook, **headers))

    assert "fake" not in str(refused.value)


@pytest.mark.parametrize(
    ("webhook", "missing"),
    [
        (GOOD, "webhook_secret"),
        (classic(notification("Sent")), "webhook_token"),
        (inbound(), "webhook_token"),
    ],
)
async def test_without_a_secret_nothing_is_taken(webhook: Webhook, missing: str) -> None:
    with pytest.raises(WebhookRefused, match="is configured"):
        await make_provider(**{missing: None}).verify(request(webhook))


def test_the_address_can_be_tried() -> None:
    reply = make_provider().handshake(request(Webhook({}, b"", "token=fake-url-token")))

    assert reply.status == 200


def test_a_notification_by_get_is_no_trial() -> None:
    provider = make_provider()

    assert provider.is_event(request(classic(notification("Sent"))))
    assert not provider.is_event(request(Webhook({}, b"", "token=fake-url-token")))


def test_who_does_not_know_the_address_is_not_answered() -> None:
    with pytest.raises(WebhookRefused):
        make_provider().handshake(request(Webhook({}, b"", "token=x")))


# -- notifications


@pytest.mark.parametrize(
    ("status", "category", "expected", "flag"),
    [
        ("Sent", "", "delivered", None),
        ("Opened", "", "read", None),
        ("Clicked", "", "read", None),
        ("Error", "NoMailbox", "failed", None),
        ("Error", "GreyListed", "failed", "soft"),
        ("Bounce", "Throttled", "failed", "soft"),
        ("Error", "ManualCancel", "canceled", None),
        ("FailedAttempt", "Timeout", "queued", "deferred"),
        ("Submission", "", "queued", None),
    ],
)
def test_the_vendors_words_become_ours(
    status: str, category: str, expected: str, flag: str | None
) -> None:
    item = only_status(classic(notification(status, category=category)))

    assert (item.status, item.raw.get("flag")) == (expected, flag)
    assert item.raw["vendor_status"] == status


def test_a_failure_says_why() -> None:
    item = only_status(classic(notification("Error", category="NoMailbox", message="550 unknown")))

    assert (item.error_code, item.error_message) == ("NoMailbox", "550 unknown")


@pytest.mark.parametrize(
    "webhook",
    [
        classic(notification("Sent", postback="e1")),
        classic(notification("Sent", postback="e1"), post=True),
        signed(notification("Sent", postback="e1")),
        signed({key.upper(): value for key, value in notification("Sent", postback="e1").items()}),
    ],
)
def test_a_notification_names_mail_recipient_and_event(webhook: Webhook) -> None:
    item = only_status(webhook)

    assert (item.message_id, item.recipient) == ("GruPGipsdsy31TIhv3CArg2", CUSTOMER)
    assert (item.channel_id, item.provider) == ("mail", "elasticemail")
    assert item.raw["event_id"] == "e1"
    assert item.timestamp == NOW
    assert "token" not in item.raw


@pytest.mark.parametrize(
    ("date", "expected"),
    [("2026-01-01T00:00:00Z", NOW), ("2026-01-01 00:00:00", NOW), ("yesterday", None), ("", None)],
)
def test_dates_are_read_however_they_are_written(date: str, expected: datetime | None) -> None:
    assert only_status(classic(notification("Sent", date=date))).timestamp == expected


def test_a_complaint_takes_the_recipient_off() -> None:
    status, change = parse(classic(notification("AbuseReport", to="Ana@Customer.example")))

    assert isinstance(status, DeliveryStatus)
    assert (status.status, status.raw["flag"]) == ("delivered", "complained")
    assert isinstance(change, ContactChanged)
    assert (change.sender_id, change.change) == (CUSTOMER, "opted_out")


def test_who_unsubscribes_is_off() -> None:
    (change,) = parse(classic(notification("Unsubscribed")))

    assert isinstance(change, ContactChanged)
    assert change.details == {"reason": "unsubscribed"}


def test_a_word_we_do_not_know_is_of_no_interest() -> None:
    assert parse(classic(notification("Teleported"))) == []


# -- mails


def test_a_posted_mail_is_a_message() -> None:
    message = only_mail(inbound("Salut é", msg_id="<m1@customer.example>"))

    facts = message.metadata["email"]
    assert (message.sender_id, message.content) == (CUSTOMER, TextContent(body="Salut é"))
    assert (facts["from_name"], facts["subject"]) == ("Ana", "Question")
    assert (message.external_id, facts["to"]) == (
        "<m1@customer.example>",
        ["support@in.example.org"],
    )
    assert "token" not in message.raw_payload


def test_headers_are_read_if_they_come() -> None:
    header = (
        "From: Ana <ana@customer.example>\r\nIn-Reply-To: <m0@x>\r\nAuto-Submitted: auto-replied"
    )

    message = only_mail(inbound(header=header))

    assert message.metadata["email"]["in_reply_to"] == "<m0@x>"
    assert message.metadata["auto_submitted"] == "auto-replied"


def test_a_field_cannot_make_a_header() -> None:
    message = only_mail(inbound(subject="Hi\r\nAuto-Submitted: auto-replied"))

    assert message.metadata["email"]["subject"] == "Hi Auto-Submitted: auto-replied"
    assert "auto_submitted" not in message.metadata


def test_an_empty_envelope_sender_is_a_bounce() -> None:
    assert only_mail(inbound(env_from="")).metadata["auto_submitted"] == "bounce"


def test_attachments_are_kept() -> None:
    message = only_mail(inbound("Here", files=[("a.pdf", b"%PDF"), ("", b"x")]))

    assert isinstance(message.content, CompositeContent)
    files = [part for part in message.content.parts if isinstance(part, MediaContent)]
    assert [(each.filename, each.mime_type, each.size_bytes) for each in files] == [
        ("a.pdf", "application/pdf", 4),
        ("file.bin", "application/octet-stream", 1),
    ]


def test_a_mail_that_is_posted_again_has_the_same_key() -> None:
    keys = [only_mail(inbound(text)).idempotency_key for text in ("a", "a", "b")]

    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "webhook",
    [
        Webhook({}, b"", "token=x"),
        Webhook({"content-type": "application/json"}, b"[", ""),
        Webhook({"content-type": "application/json"}, b"[]", ""),
        Webhook({"content-type": "multipart/form-data"}, b"x", ""),
        Webhook({"content-type": "application/x-www-form-urlencoded"}, b"\xff\xfe", ""),
        Webhook({}, b"from_email=nobody", ""),
    ],
)
def test_what_elasticemail_does_not_send_is_malformed(webhook: Webhook) -> None:
    with pytest.raises(MalformedWebhook):
        parse(webhook)


def test_a_sender_of_another_alphabet_is_read() -> None:
    assert only_mail(inbound(sender="été@exemple.example")).sender_id == "été@exemple.example"


def test_half_a_surrogate_pair_does_not_lose_the_mail() -> None:
    fields = {"from_email": CUSTOMER, "header": "X-A: \ud800", "body_text": "hi \ud800"}

    assert only_mail(signed(fields)).content == TextContent(body="hi ?")
