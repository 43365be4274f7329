"""Sinch's callbacks for SMS and MMS, signed as the vendor signs them.

Sources: the SDK sinch 2.1.0 for Python (`MOTextMessage`, `MOMediaMessage`, `MOBinaryMessage`,
`RecipientDeliveryReport`, `BatchDeliveryReport`, `validate_sinch_event_signature_with_nonce`) and
the examples of the page "Webhooks" of the SMS API.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

WEBHOOK_SECRET = "sinch-secret"
CUSTOMER = "15145550123"
NUMBER = "15145550199"
RECEIVED_AT = "2026-01-01T00:00:00.123Z"


class Webhook(NamedTuple):
    """A request that Sinch makes."""

    headers: dict[str, str]
    body: bytes


def signed(body: bytes, *, timestamp: int | None = None, nonce: str | None = None) -> Webhook:
    """Sign a body as sent at `timestamp` (Unix seconds), which is now if None."""
    sent_at = str(int(time.time()) if timestamp is None else timestamp)
    once = nonce or uuid4().hex
    covered = body + f".{once}.{sent_at}".encode()
    digest = hmac.digest(WEBHOOK_SECRET.encode(), covered, hashlib.sha256)
    return Webhook(
        {
            "content-type": "application/json",
            "x-sinch-webhook-signature": base64.b64encode(digest).decode(),
            "x-sinch-webhook-signature-nonce": once,
            "x-sinch-webhook-signature-timestamp": sent_at,
            "x-sinch-webhook-signature-algorithm": "HmacSHA256",
        },
        body,
    )


def inbound_text(
    text: str = "Bonjour", *, message_id: str | None = None, sender: str = CUSTOMER, **more: Any
) -> Webhook:
    """A customer's SMS; `more` are further fields."""
    return signed(encode(_inbound("mo_text", text, message_id, sender) | more))


def inbound_media(
    media: Sequence[Mapping[str, Any]],
    *,
    message: str | None = None,
    subject: str | None = None,
    message_id: str | None = None,
) -> Webhook:
    """A customer's MMS; an item is {url, content_type, status, code}."""
    body: dict[str, Any] = {"media": [dict(item) for item in media]}
    body |= {"message": message} if message is not None else {}
    body |= {"subject": subject} if subject is not None else {}
    return signed(encode(_inbound("mo_media", body, message_id, CUSTOMER)))


def inbound_binary(data: bytes, *, udh: str = "050003C40201") -> Webhook:
    """A customer's binary SMS."""
    body = base64.b64encode(data).decode()
    return signed(encode(_inbound("mo_binary", body, None, CUSTOMER) | {"udh": udh}))


def recipient_report(
    batch_id: str, status: str, *, code: int = 0, recipient: str = CUSTOMER, **more: Any
) -> Webhook:
    """What became of a batch for one recipient; `more` are further fields."""
    report = {
        "type": "recipient_delivery_report_sms",
        "batch_id": batch_id,
        "recipient": recipient,
        "code": code,
        "status": status,
        "at": RECEIVED_AT,
        "operator_status_at": RECEIVED_AT,
    }
    return signed(encode(report | more))


def batch_report(batch_id: str, statuses: Sequence[Mapping[str, Any]], **more: Any) -> Webhook:
    """What became of a batch; a status is {code, status, count, recipients?}."""
    report = {
        "type": "delivery_report_sms",
        "batch_id": batch_id,
        "statuses": [dict(status) for status in statuses],
        "total_message_count": sum(status["count"] for status in statuses),
    }
    return signed(encode(report | more))


def encode(payload: Mapping[str, Any]) -> bytes:
    """Write a callback as bytes."""
    return json.dumps(payload, ensure_ascii=False).encode()


def _inbound(kind: str, body: Any, message_id: str | None, sender: str) -> dict[str, Any]:
    return {
        "type": kind,
        "id": message_id or f"01XX{uuid4().hex[:22].upper()}",
        "from": sender,
        "to": NUMBER,
        "body": body,
        "received_at": RECEIVED_AT,
        "operator_id": "310260",
    }
