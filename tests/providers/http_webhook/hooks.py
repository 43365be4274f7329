"""The receiver of these tests, and what is posted to us."""

from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.http_webhook.config import HTTPProviderConfig
from channels_app.providers.http_webhook.provider import WebhookHTTPProvider
from channels_app.testing.fakes.http_webhook import SECRET, FakeReceiver, WebhookPost

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OTHER = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_provider(url: str, **more: Any) -> WebhookHTTPProvider:
    """Make a provider that may reach this machine."""
    given: dict[str, Any] = {
        "secret": SecretStr(SECRET),
        "timeout": 5.0,
        "allow_private_hosts": True,
        "allow_http": True,
    } | more
    return WebhookHTTPProvider(HTTPProviderConfig(webhook_url=url, **given), clock=lambda: NOW)


def make_sender(*secrets: str) -> FakeReceiver:
    """Make a site that posts to us at NOW, signing with these secrets."""
    return FakeReceiver(*(secrets or (SECRET,)), clock=NOW.timestamp)


def as_request(post: WebhookPost) -> WebhookRequest:
    headers, body = post
    return WebhookRequest(
        method="POST",
        url="https://x.example/webhooks/webhook/http/hook",
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
        received_at=NOW,
    )
