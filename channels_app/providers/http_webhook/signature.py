"""Proving what we post, and telling what is posted to us from forgeries.

Standard Webhooks is what counts: it cannot be replayed. `X-RoomKit-Signature` goes out as well, for
receivers that know only that; it is never believed, since anybody who has seen a webhook with it
could send it again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from channels_app.providers.base.standard_webhooks import sign_headers

PLAIN_HEADER = "X-RoomKit-Signature"


def plain_signature(secret: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of a body, in hex; the key is the secret's own text."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def build_headers(
    secrets: Sequence[str], *, webhook_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers that prove a webhook; the first of `secrets` is the current one."""
    headers = sign_headers(secrets, webhook_id=webhook_id, at=at, body=body)
    return {**headers, PLAIN_HEADER: plain_signature(secrets[0], body)} if secrets else headers
