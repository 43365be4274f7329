"""Proving that a webhook is ElasticEmail's: by its signature, or by a secret in its address.

Of the signature only the headers are documented (`X-ElasticEmail-Timestamp`, `-Signature: v1=…`,
`-Webhook-Id`). What is signed, and how it is written, is unconfirmed: `timestamp.body` by
HMAC-SHA256 is assumed, in hex or base64, with the secret as it is shown or as the base64 behind
`whsec_`. All of these need the secret, so accepting each weakens nothing.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest

TIMESTAMP_HEADER = "X-ElasticEmail-Timestamp"
SIGNATURE_HEADER = "X-ElasticEmail-Signature"
VERSION = "v1="
SECONDS = re.compile("[0-9]{1,12}")
SECRET_PREFIX = "whsec_"  # noqa: S105 - how secrets begin
TOKEN_FIELD = "token"  # noqa: S105 - the name of a field


def verify_signature(request: WebhookRequest, secret: str | None, *, tolerance_s: int) -> None:
    """Return if a webhook was signed with our secret, and lately.

    Raises:
        WebhookRefused: If it was not, or if there is no secret to tell by.
    """
    if not secret:
        raise WebhookRefused("no webhook_secret is configured")
    timestamp = request.header(TIMESTAMP_HEADER)
    if not SECONDS.fullmatch(timestamp):
        raise WebhookRefused(f"the header {TIMESTAMP_HEADER} is no number of seconds")
    if abs(request.received_at.timestamp() - int(timestamp)) > tolerance_s:
        raise WebhookRefused(f"it was signed more than {tolerance_s} s away from now")
    given = request.header(SIGNATURE_HEADER).removeprefix(VERSION).encode()
    signed = timestamp.encode() + b"." + request.body
    expected = [each for key in _keys(secret) for each in _written(key, signed)]
    if not any(hmac.compare_digest(given, each) for each in expected):
        raise WebhookRefused("the signature does not match")


def verify_token(request: WebhookRequest, token: str | None) -> None:
    """Return if a webhook was called at the address we gave.

    Raises:
        WebhookRefused: If it was not, or if there is no token to tell by.
    """
    if not token:
        raise WebhookRefused("no webhook_token is configured")
    given = [value for name, value in request.query if name == TOKEN_FIELD]
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), token.encode()):
        raise WebhookRefused("the token in the address does not match")


def _keys(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    if secret.startswith(SECRET_PREFIX):
        try:
            yield base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            return


def _written(key: bytes, signed: bytes) -> Iterator[bytes]:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    yield digest.hex().encode()
    yield base64.b64encode(digest)
