"""Providers of the fake's account, and what they are given."""

from typing import Any

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.voicemeup.config import VoiceMeUpConfig
from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider
from channels_app.testing.fakes.voicemeup import AUTH_TOKEN, USERNAME, Webhook
from tests.channels_app.values import make_event as make_event

NOWHERE = "http://127.0.0.1:9"
IMAGE = "https://files.example.org/a.jpg"
FROM = "+14185550199"
TO = "+14185550123"
WEBHOOK_TOKEN = "a-secret-in-the-address"
ADDRESS = "https://chat.example.org/webhooks/sms/voicemeup/sms-main"


def make_sms(host: str = NOWHERE, **config: Any) -> VoiceMeUpSMSProvider:
    given: dict[str, Any] = {
        "username": USERNAME,
        "auth_token": AUTH_TOKEN,
        "from_number": FROM,
        "webhook_token": WEBHOOK_TOKEN,
    }
    return VoiceMeUpSMSProvider(VoiceMeUpConfig(host=host, **(given | config)))


def received(webhook: Webhook, *, url: str = f"{ADDRESS}?token={WEBHOOK_TOKEN}") -> WebhookRequest:
    """The request that a webhook arrives as."""
    return WebhookRequest(method="POST", url=url, headers=webhook.headers, body=webhook.body)
