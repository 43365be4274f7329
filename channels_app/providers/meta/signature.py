"""Proof that a webhook is Meta's, and the proof that Meta asks of us."""

import hashlib
import hmac

from pydantic import SecretStr

from channels_app.providers.base.webhook import WebhookRefused, WebhookReply, WebhookRequest

HEADER = "X-Hub-Signature-256"
PREFIX = "sha256="


def sign(payload: bytes, app_secret: SecretStr) -> str:
    """Return the header's value for a body: HMAC-SHA256 in hex over the very bytes.

    Meta escapes what is not ASCII before it signs, so a body that was read and written again does
    not fit.
    """
    key = app_secret.get_secret_value().encode()
    return PREFIX + hmac.new(key, payload, hashlib.sha256).hexdigest()


def is_signed(payload: bytes, signature: str, app_secret: SecretStr | None) -> bool:
    """Tell whether the header's value fits the body; without a secret nothing does."""
    if app_secret is None or not _secret_of(app_secret):
        return False
    return hmac.compare_digest(signature.encode(), sign(payload, app_secret).encode())


def verify_signed(request: WebhookRequest, app_secret: SecretStr | None) -> None:
    """Prove that a webhook is the app's. It carries no time: a replay is known by its ids.

    Raises:
        WebhookRefused: If it is not, or if no secret is configured.
    """
    if not _secret_of(app_secret):
        raise WebhookRefused("app_secret is not configured: set it to the Meta app's secret")
    given = request.header(HEADER)
    if not given:
        raise WebhookRefused(f"{HEADER} is missing")
    if not is_signed(request.body, given, app_secret):
        raise WebhookRefused(f"{HEADER} does not fit the body")


def answer_handshake(
    request: WebhookRequest, verify_token: SecretStr | None
) -> WebhookReply | None:
    """Echo Meta's challenge if it knows our token; anything but a GET is no handshake.

    Raises:
        WebhookRefused: If the token is wrong or none is configured.
    """
    if request.method != "GET":
        return None
    asked = dict(request.query)
    token = _secret_of(verify_token)
    if not token:
        raise WebhookRefused("verify_token is not configured: set it as in the Meta app")
    if asked.get("hub.mode") != "subscribe":
        raise WebhookRefused(f"hub.mode is {asked.get('hub.mode')!r}, not 'subscribe'")
    if not hmac.compare_digest(asked.get("hub.verify_token", "").encode(), token.encode()):
        raise WebhookRefused("hub.verify_token is wrong")
    return WebhookReply(body=asked.get("hub.challenge", ""))


def _secret_of(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
