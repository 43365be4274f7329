"""Telling Telegram's webhooks from forgeries.

Telegram signs nothing and tells no time: it sends back the secret that `setWebhook` was given. What
comes twice is told by the ids in it.
"""

import hmac

from pydantic import SecretStr

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest

HEADER = "x-telegram-bot-api-secret-token"


def holds(secret: SecretStr | None, given: str) -> bool:
    """Tell whether a webhook brought our secret; without one, none does."""
    if secret is None:
        return False
    return hmac.compare_digest(secret.get_secret_value().encode(), given.encode())


def verify(secret: SecretStr | None, request: WebhookRequest) -> None:
    """Check that a webhook brought our secret.

    Raises:
        WebhookRefused: If it did not, or if we have none.
    """
    if secret is None:
        raise WebhookRefused("no webhook_secret is configured: anybody could have sent this")
    if not holds(secret, request.header(HEADER)):
        raise WebhookRefused(f"the header {HEADER} does not hold the webhook_secret")
