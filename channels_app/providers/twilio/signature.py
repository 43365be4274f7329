"""Proving that a webhook is Twilio's: X-Twilio-Signature, by the SDK's own computation.

The SDK's `validate` raises for a missing header and for some bodies, and removes the port of an
IPv6 host wrongly; so it computes here, and what is compared is chosen here.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookRefused,
    WebhookRequest,
)
from channels_app.providers.twilio.extra import RequestValidator

HEADER = "x-twilio-signature"
BODY_HASH = "bodySHA256"
DEFAULT_PORTS = {"https": "443", "http": "80"}

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[^\]]*\]|[^/?#:]*)(:(?P<port>\d+))?(?P<rest>.*)", re.DOTALL
)


class _Fields(dict[str, list[str]]):
    """Form fields as the SDK asks for them; it takes every distinct value of a name."""

    def getlist(self, name: str) -> list[str]:
        """Return the values of a field."""
        return self[name]


def require_signature(request: WebhookRequest, secrets: Sequence[str]) -> None:
    """Prove a webhook by one of the account's tokens.

    Raises:
        WebhookRefused: If none signed it, or if none is configured.
    """
    if not secrets:
        raise WebhookRefused("no auth token is configured to prove webhooks by")
    signature = request.header(HEADER)
    if not signature:
        raise WebhookRefused(f"{HEADER} is missing")
    if not any(is_signed(request, signature, secret) for secret in secrets):
        raise WebhookRefused(f"{HEADER} does not match address and body")


def is_signed(request: WebhookRequest, signature: str, secret: str) -> bool:
    """Tell whether `signature` is made by `secret` over the request's address and body."""
    fields = _signed_fields(request)
    if fields is None:
        return False
    validator = RequestValidator(secret)
    given = signature.encode()
    # Each is compared, so that the time says nothing about which of them was close.
    matches = [
        hmac.compare_digest(validator.compute_signature(url, fields).encode(), given)
        for url in _spellings(request.url)
    ]
    return any(matches)


def verify_payload(payload: bytes, signature: str, url: str | None, secrets: Sequence[str]) -> bool:
    """Tell whether one of the tokens signed a body that was posted to `url`."""
    if not url or not signature:
        return False
    request = WebhookRequest(method="POST", url=url, body=payload)
    return any(is_signed(request, signature, secret) for secret in secrets)


def _signed_fields(request: WebhookRequest) -> _Fields | None:
    """Return the form's fields, or none of them if the address has the body's hash.

    None is returned if that hash is wrong, or the body is no form.
    """
    hashes = parse_qs(request.url.partition("?")[2]).get(BODY_HASH)
    if hashes:
        computed = hashlib.sha256(request.body).hexdigest()
        proved = hmac.compare_digest(computed.encode(), hashes[0].lower().encode())
        return _Fields() if proved else None
    fields = _Fields()
    try:
        for name, value in request.form:
            fields.setdefault(name, []).append(value)
    except MalformedWebhook:
        return None
    return fields


def _spellings(url: str) -> list[str]:
    """Return the address without its port and with it: Twilio signs either."""
    found = _ADDRESS.match(url)
    if found is None:
        return [url]
    start, rest = f"{found['scheme']}://{found['host']}", found["rest"]
    port = found["port"] or DEFAULT_PORTS[found["scheme"]]
    return [f"{start}{rest}", f"{start}:{port}{rest}"]
