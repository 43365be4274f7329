"""Which webhooks are taken for SendGrid's; the first one is from the tests of the vendor's SDK."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.email import SendGridProvider
from channels_app.providers.sendgrid.signature import is_signed
from channels_app.testing.fakes import sendgrid_webhooks as webhooks

SDK_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw"
    "+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
)
SDK_SIGNATURE = (
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM"
    "+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="
)
OTHER_SIGNATURE = (
    "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a"
    "8xonZGi6BpSzoQsbVRamr2nlxFDWYNH3j/0="
)
SDK_BODY = (
    b'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":'
    b'"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":'
    b'"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":'
    b'"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SENT_AT = int(NOW.timestamp())
CONFIG: dict[str, Any] = {"api_key": "SG.x", "from_email": "support@example.org"}
BATCH = webhooks.status_events([webhooks.event("delivered")], timestamp=SENT_AT)
MAIL = webhooks.inbound_raw(b"From: a@x.example\r\n\r\nHi", timestamp=SENT_AT)


def provider(**keys: Any) -> SendGridProvider:
    given = {
        "event_public_key": webhooks.EVENT_PUBLIC_KEY,
        "parse_public_key": webhooks.PARSE_PUBLIC_KEY,
    }
    return SendGridProvider(SendGridConfig(**{**CONFIG, **given, **keys}))


def request(webhook: webhooks.Webhook, **headers: str) -> WebhookRequest:
    url = "https://chat.example.org/webhooks/email/sendgrid/mail"
    return WebhookRequest("POST", url, webhook.headers | headers, webhook.body, NOW)


@pytest.mark.parametrize(
    ("timestamp", "body", "signature", "expected"),
    [
        ("1600112502", SDK_BODY, SDK_SIGNATURE, True),
        # the line end belongs to what is signed
        ("1600112502", SDK_BODY.rstrip(), SDK_SIGNATURE, False),
        ("1600112503", SDK_BODY, SDK_SIGNATURE, False),
        ("timestamp", SDK_BODY, SDK_SIGNATURE, False),
        ("1600112502", b"payload", SDK_SIGNATURE, False),
        ("1600112502", SDK_BODY, OTHER_SIGNATURE, False),
        ("1600112502", SDK_BODY, "no base64!", False),
        ("1600112502", SDK_BODY, "", False),
        ("1600112502", SDK_BODY, "AAAA", False),
    ],
)
def test_the_vendors_own_vector(
    timestamp: str, body: bytes, signature: str, expected: bool
) -> None:
    assert is_signed(SDK_KEY, timestamp, body, signature) is expected


@pytest.mark.parametrize("webhook", [BATCH, MAIL])
async def test_what_sendgrid_signed_is_taken(webhook: webhooks.Webhook) -> None:
    await provider().verify(request(webhook))


@pytest.mark.parametrize("header", ["timestamp", "signature"])
async def test_a_missing_header_is_refused(header: str) -> None:
    with pytest.raises(WebhookRefused):
        await provider().verify(request(BATCH, **{f"x-twilio-email-event-webhook-{header}": ""}))


@pytest.mark.parametrize("offset", [-601, 601])
async def test_what_was_signed_long_ago_is_refused(offset: int) -> None:
    replayed = webhooks.status_events([webhooks.event("open")], timestamp=SENT_AT + offset)

    with pytest.raises(WebhookRefused, match="600 s away"):
        await provider().verify(request(replayed))


async def test_how_old_a_webhook_may_be_can_be_set() -> None:
    old = webhooks.status_events([webhooks.event("open")], timestamp=SENT_AT - 3_000)

    await provider(webhook_tolerance_s=3_600).verify(request(old))


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "١٢٣"])
async def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    with pytest.raises(WebhookRefused, match="no number"):
        await provider().verify(
            request(BATCH, **{"x-twilio-email-event-webhook-timestamp": timestamp})
        )


@pytest.mark.parametrize(
    "webhook",
    [
        BATCH._replace(body=BATCH.body.rstrip()),
        BATCH._replace(body=BATCH.body.replace(b"delivered", b"bounced")),
        MAIL._replace(body=MAIL.body + b"\r\n"),
        # signed for the other kind
        BATCH._replace(headers=BATCH.headers | {"content-type": "multipart/form-data"}),
        MAIL._replace(headers=MAIL.headers | {"content-type": "application/json"}),
    ],
)
async def test_what_was_changed_is_refused(webhook: webhooks.Webhook) -> None:
    with pytest.raises(WebhookRefused, match="does not match"):
        await provider().verify(request(webhook))


@pytest.mark.parametrize(
    ("webhook", "missing"), [(BATCH, "event_public_key"), (MAIL, "parse_public_key")]
)
async def test_without_a_key_nothing_is_taken(webhook: webhooks.Webhook, missing: str) -> None:
    with pytest.raises(WebhookRefused, match="no public key"):
        await provider(**{missing: None}).verify(request(webhook))


@pytest.mark.parametrize(
    "key", ["nonsense", "AAAA", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="]
)
async def test_a_key_of_another_kind_refuses_all(key: str) -> None:
    with pytest.raises(WebhookRefused, match="configured public key"):
        await provider(event_public_key=key).verify(request(BATCH))
