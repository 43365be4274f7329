"""Who posted a webhook: Ed25519 over the timestamp, a bar and the raw body."""

import base64
import binascii
import re
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from rooms.domain.frozen import utc_now

SIGNATURE_HEADER = "telnyx-signature-ed25519"
TIMESTAMP_HEADER = "telnyx-timestamp"

MAX_AGE_S = 300
SECONDS = re.compile("[0-9]{1,12}")
KEY_BYTES = 32


class TelnyxSignature:
    """Tells Telnyx's webhooks from others'.

    Args:
        public_key: Base64 of 32 bytes, as the portal shows it; None refuses everything.

    Raises:
        ValueError: If it is no such key.
    """

    def __init__(self, public_key: str | None) -> None:
        self._key = None if public_key is None else _read_key(public_key)

    def verify(self, request: WebhookRequest) -> None:
        """Return if the request is Telnyx's and at most five minutes away from its timestamp.

        Raises:
            WebhookRefused: If it is not.
        """
        signature = request.header(SIGNATURE_HEADER)
        timestamp = request.header(TIMESTAMP_HEADER)
        self.check(request.body, signature, timestamp, now=request.received_at)

    def check(self, body: bytes, signature: str, timestamp: str, *, now: datetime) -> None:
        """Return if `signature` is Telnyx's for this body and timestamp (Unix seconds).

        Raises:
            WebhookRefused: If it is not, or not from about `now`.
        """
        if self._key is None:
            raise WebhookRefused("no public_key is configured")
        if not SECONDS.fullmatch(timestamp):
            raise WebhookRefused(f"{TIMESTAMP_HEADER} is missing or no number of seconds")
        if abs(now.timestamp() - int(timestamp)) > MAX_AGE_S:
            raise WebhookRefused(f"{TIMESTAMP_HEADER} is more than {MAX_AGE_S} s away")
        try:
            self._key.verify(_decode(signature), timestamp.encode() + b"|" + body)
        except (InvalidSignature, ValueError) as error:
            raise WebhookRefused(f"{SIGNATURE_HEADER} is missing or wrong") from error

    def holds(self, body: bytes, signature: str, timestamp: str | None) -> bool:
        """Tell whether a signature is Telnyx's and of this moment."""
        try:
            self.check(body, signature, timestamp or "", now=utc_now())
        except WebhookRefused:
            return False
        return True


def _read_key(public_key: str) -> Ed25519PublicKey:
    try:
        raw = _decode(public_key)
    except binascii.Error as error:
        raise ValueError("public_key must be base64, as the portal shows it") from error
    if len(raw) != KEY_BYTES:
        raise ValueError(f"public_key must hold {KEY_BYTES} bytes, got {len(raw)}")
    return Ed25519PublicKey.from_public_bytes(raw)


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
