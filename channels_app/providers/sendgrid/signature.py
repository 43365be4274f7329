"""Proving that a webhook is SendGrid's: ECDSA over the timestamp and the bytes as they came."""

import base64
import binascii
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
SECONDS = re.compile("[0-9]{1,12}")


def verify_request(request: WebhookRequest, public_key: str | None, *, tolerance_s: int) -> None:
    """Return if a webhook was signed with our key, and lately.

    The signature covers the line end after a batch of events too. There is no other guard against
    repetition than the timestamp, and the ids of what is inside.

    Args:
        request: As it came.
        public_key: In base64, as SendGrid's settings show it.
        tolerance_s: How old or early it may be, in seconds.

    Raises:
        WebhookRefused: If it was not, or if there is no key to tell by.
    """
    if not public_key:
        raise WebhookRefused("no public key is configured for this kind of webhook")
    timestamp = request.header(TIMESTAMP_HEADER)
    if not SECONDS.fullmatch(timestamp):
        raise WebhookRefused(f"the header {TIMESTAMP_HEADER} is no number of seconds")
    if abs(request.received_at.timestamp() - int(timestamp)) > tolerance_s:
        raise WebhookRefused(f"it was signed more than {tolerance_s} s away from now")
    if not is_signed(public_key, timestamp, request.body, request.header(SIGNATURE_HEADER)):
        raise WebhookRefused("the signature does not match")


def is_signed(public_key: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Tell whether a signature in base64 is that of a timestamp and a body."""
    key = _load(public_key)
    try:
        given = base64.b64decode(signature, validate=True)
        key.verify(given, timestamp.encode() + body, ec.ECDSA(SHA256()))
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True


def _load(public_key: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(public_key))
    except ValueError:
        raise WebhookRefused("the configured public key cannot be read") from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise WebhookRefused("the configured public key is of another kind than SendGrid's")
    return key
