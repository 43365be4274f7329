"""Providers of the fake's service plan, and what they are given."""

from typing import Any

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.sinch.config import SinchConfig
from channels_app.providers.sinch.sms import SinchSMSProvider
from channels_app.testing.fakes.sinch import API_TOKEN, PLAN_ID
from channels_app.testing.fakes.sinch_webhooks import WEBHOOK_SECRET, Webhook
from tests.channels_app.values import make_event as make_event

NOWHERE = "http://127.0.0.1:9"
IMAGE = "https://files.example.org/a.jpg"
FROM = "+15145550199"
TO = "+15145550123"


def make_sms(base_url: str = NOWHERE, **config: Any) -> SinchSMSProvider:
    given: dict[str, Any] = {
        "service_plan_id": PLAN_ID,
        "api_token": API_TOKEN,
        "from_number": FROM,
        "webhook_secret": WEBHOOK_SECRET,
    }
    return SinchSMSProvider(SinchConfig(base_url=base_url, **(given | config)))


def received(webhook: Webhook, **changes: Any) -> WebhookRequest:
    """The request that a callback arrives as."""
    given: dict[str, Any] = {
        "method": "POST",
        "url": "https://chat.example.org/webhooks/sms/sinch/sms-main",
        "headers": webhook.headers,
        "body": webhook.body,
    }
    return WebhookRequest(**(given | changes))
