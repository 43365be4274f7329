"""Providers of the fake's account, and what they are given."""

from typing import Any

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.telnyx.config import TelnyxConfig, TelnyxRCSConfig
from channels_app.providers.telnyx.rcs import TelnyxRCSProvider
from channels_app.providers.telnyx.sms import TelnyxSMSProvider
from channels_app.testing.fakes.telnyx import API_KEY
from channels_app.testing.fakes.telnyx_desk import AGENT_ID, NUMBER, PROFILE_ID
from channels_app.testing.fakes.telnyx_webhooks import PUBLIC_KEY, Webhook
from tests.channels_app.values import make_event as make_event

NOWHERE = "http://127.0.0.1:9/v2"
IMAGE = "https://files.example.org/a.jpg"


def make_sms(base_url: str = NOWHERE, **config: Any) -> TelnyxSMSProvider:
    given: dict[str, Any] = {"api_key": API_KEY, "from_number": NUMBER, "public_key": PUBLIC_KEY}
    return TelnyxSMSProvider(TelnyxConfig(base_url=base_url, **(given | config)))


def make_rcs(base_url: str = NOWHERE, **config: Any) -> TelnyxRCSProvider:
    given: dict[str, Any] = {
        "api_key": API_KEY,
        "agent_id": AGENT_ID,
        "messaging_profile_id": PROFILE_ID,
        "public_key": PUBLIC_KEY,
    }
    return TelnyxRCSProvider(TelnyxRCSConfig(base_url=base_url, **(given | config)))


def received(webhook: Webhook, **changes: Any) -> WebhookRequest:
    """The request that a webhook arrives as."""
    given: dict[str, Any] = {
        "method": "POST",
        "url": "https://chat.example.org/webhooks/sms/telnyx/sms-main",
        "headers": webhook.headers,
        "body": webhook.body,
    }
    return WebhookRequest(**(given | changes))
