"""Standard Webhooks: how a webhook is signed so that it can be neither forged nor replayed.

Signed is `id.timestamp.body` with HMAC-SHA256; `webhook-signature` holds one `v1,<base64>` for each
secret, so that a secret can be changed while both are good.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE_S = 300
_SECONDS = re.compile("[0-9]{1,12}")

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"


def key_of(secret: str) -> bytes:
    """Return the signing key: base64 after `whsec_`, the text's own bytes without that prefix.

    Raises:
        ValueError: If there is no key in it. The text does not hold the secret.
    """
    if not secret.startswith(PREFIX):
        key = secret.encode()
    else:
        key = _decode(secret.removeprefix(PREFIX).rstrip("="), f"what follows {PREFIX!r}")
    if not key:
        raise ValueError("a webhook secret may not be empty")
    return key


def sign(secret: str, *, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature, `v1,<base64>`; `timestamp` is in unix seconds."""
    digest = _digest(key_of(secret), webhook_id, str(timestamp), body)
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def sign_headers(
    secrets: Sequence[str], *, webhook_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of a webhook, with a signature of each secret; none leaves it unsigned."""
    timestamp = int(at.timestamp())
    headers = {ID_HEADER: webhook_id, TIMESTAMP_HEADER: str(timestamp)}
    signatures = [
        sign(secret, webhook_id=webhook_id, timestamp=timestamp, body=body) for secret in secrets
    ]
    return {**headers, SIGNATURE_HEADER: " ".join(signatures)} if signatures else headers


def verify(request: WebhookRequest, secrets: Sequence[str]) -> str:
    """Return the id of a webhook that was signed with one of `secrets` within five minutes.

    The id is the same when the sender repeats a webhook: whoever keeps ids tells replays.

    Raises:
        WebhookRefused: If it was not, or if there is no secret to tell by.
    """
    if not secrets:
        raise WebhookRefused("no secret is configured: webhooks cannot be told from forgeries")
    webhook_id, timestamp = request.header(ID_HEADER), request.header(TIMESTAMP_HEADER)
    if not webhook_id:
        raise WebhookRefused(f"the header {ID_HEADER} is missing")
    _check_age(timestamp, request.received_at)
    given = _given_digests(request.header(SIGNATURE_HEADER))
    for secret in secrets:
        expected = _digest(key_of(secret), webhook_id, timestamp, request.body)
        if any(hmac.compare_digest(expected, digest) for digest in given):
            return webhook_id
    raise WebhookRefused("no signature matches")


def _check_age(timestamp: str, now: datetime) -> None:
    if not _SECONDS.fullmatch(timestamp):
        raise WebhookRefused(f"the header {TIMESTAMP_HEADER} is no number of seconds")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_S:
        raise WebhookRefused(f"it was signed more than {TOLERANCE_S} s away from now")


def _given_digests(header: str) -> list[bytes]:
    """Read the signatures whose version we know; what cannot be read matches nothing."""
    digests = []
    for entry in header.split(" "):
        version, _, signature = entry.partition(",")
        if version == VERSION:
            try:
                digests.append(base64.b64decode(signature, validate=True))
            except (binascii.Error, ValueError):
                continue
    return digests


def _digest(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> bytes:
    signed = b".".join([webhook_id.encode(), timestamp.encode(), body])
    return hmac.new(key, signed, hashlib.sha256).digest()


def _decode(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is not base64") from None
