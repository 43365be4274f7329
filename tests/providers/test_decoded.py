"""Webhooks whose body a host has decoded, read by the contracts' names."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from channels_app import MockSMSProvider, MockTeamsProvider, MockWhatsAppProvider
from channels_app.providers.base.webhook import MalformedWebhook, WebhookRefused
from channels_app.testing.fakes import (
    elasticemail_webhooks,
    meta_whatsapp_webhooks,
    sinch_webhooks,
    telnyx_webhooks,
    voicemeup,
)
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from rooms.domain.content import TextContent
from tests.providers.mail.samples import CUSTOMER, make_mime
from tests.providers.posting import URL
from tests.webhooks.honest_messages import PHONE_NUMBER_ID, WABA_ID
from tests.webhooks.hostile_vendors import make_vendors

PROVIDERS: dict[str, Any] = {each.channel_id: each.provider for each in make_vendors()}
TWILIO = TwilioWebhooks(URL)
HOOKS = meta_whatsapp_webhooks.WhatsAppWebhooks("app-secret", WABA_ID, PHONE_NUMBER_ID)


def form(webhook: Any) -> dict[str, str]:
    return dict(parse_qsl(webhook.body.decode(), keep_blank_values=True))


def body(webhook: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(webhook.body)
    return decoded


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("tw", form(TWILIO.inbound_text("hi"))),
        ("tw-rcs", form(TWILIO.inbound_rcs("hi"))),
        ("tw-wa", form(TWILIO.inbound_whatsapp("hi"))),
        ("tx", body(telnyx_webhooks.inbound_sms("hi"))),
        ("tx-rcs", body(telnyx_webhooks.inbound_rcs({"text": "hi"}))),
        ("si", body(sinch_webhooks.inbound_text("hi"))),
        ("vm", body(voicemeup.inbound("hi"))),
        ("wa", body(HOOKS.inbound_text("hi"))),
    ],
)
async def test_message_of_a_decoded_body(channel: str, payload: dict[str, Any]) -> None:
    message = await PROVIDERS[channel].parse_webhook(payload)

    assert message.content == TextContent(body="hi")


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("tw", form(TWILIO.status("SM1", "sent"))),
        ("tx", body(telnyx_webhooks.status("message.sent", "m1", {"+1": "sent"}))),
        ("vm", body(voicemeup.inbound(direction="outbound"))),
    ],
)
async def test_body_without_a_message_is_told(channel: str, payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedWebhook):
        await PROVIDERS[channel].parse_webhook(payload)


MIME = make_mime().as_bytes().decode()


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        ("sg", {"email": MIME, "envelope": '{"to": ["a@x.example"]}'}),
        ("sg", {"headers": f"From: {CUSTOMER}\n", "text": "Bonjour", "from": CUSTOMER}),
        ("el", form(elasticemail_webhooks.inbound(header="Message-ID: <m@x>"))),
        ("sm", {"email": MIME}),
    ],
)
async def test_mail_of_a_decoded_form(channel: str, payload: dict[str, str]) -> None:
    message = await PROVIDERS[channel].parse_inbound(payload)

    assert (message.sender_id, message.content) == (CUSTOMER, TextContent(body="Bonjour"))


async def test_provider_without_webhooks_reads_none() -> None:
    with pytest.raises(WebhookRefused, match="takes no webhooks"):
        await MockSMSProvider().parse_webhook({})


def test_provider_that_cannot_tell_takes_no_signature() -> None:
    assert MockSMSProvider().verify_signature(b"", "x") is False
    assert MockTeamsProvider().verify_signature(b"", "x") is False


async def test_vendor_without_templates_or_reactions_says_so() -> None:
    mock = MockWhatsAppProvider()

    with pytest.raises(NotImplementedError, match="no templates"):
        await mock.send_template("+1", "hello")
    with pytest.raises(NotImplementedError, match="cannot react"):
        await mock.send_reaction("+1", "+1", "m1", "👍")
