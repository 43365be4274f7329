"""Telnyx's webhooks for messages, signed as the vendor signs them.

Sources: the examples of "Inbound message" and "Delivery update" in the vendor's API reference, of
"Receiving Webhooks" and "Receiving RCS Webhooks", and the SDK telnyx 4.189.0 for Python
(`MessagingInboundMessagePayload`, `OutboundMessagePayload`, `DeliveryUpdateWebhookEvent`,
`resources.webhooks.unwrap` for the signature).
"""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from channels_app.testing.fakes.telnyx_desk import AGENT_ID, NUMBER, ORGANIZATION_ID, PROFILE_ID

SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = base64.b64encode(SIGNING_KEY.public_key().public_bytes_raw()).decode()

CUSTOMER = "+15145550123"
OCCURRED_AT = "2026-01-01T00:00:00.123+00:00"


class Webhook(NamedTuple):
    """A request that Telnyx makes."""

    headers: dict[str, str]
    body: bytes


def signed(body: bytes, *, timestamp: int | None = None) -> Webhook:
    """Sign a body as sent at `timestamp` (Unix seconds), which is now if None."""
    sent_at = str(int(time.time()) if timestamp is None else timestamp)
    signature = SIGNING_KEY.sign(sent_at.encode() + b"|" + body)
    return Webhook(
        {
            "content-type": "application/json",
            "telnyx-timestamp": sent_at,
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        },
        body,
    )


def event(
    event_type: str, payload: Mapping[str, Any], *, event_id: str | None = None
) -> dict[str, Any]:
    """Put a payload into the envelope of an event."""
    return {
        "data": {
            "record_type": "event",
            "id": event_id or str(uuid4()),
            "event_type": event_type,
            "occurred_at": OCCURRED_AT,
            "payload": dict(payload),
        },
        "meta": {"attempt": 1, "delivered_to": "https://chat.example.org/webhooks"},
    }


def inbound_sms(
    text: str | None = "Bonjour",
    *,
    media: Sequence[Mapping[str, Any]] = (),
    sender: str = CUSTOMER,
    message_id: str | None = None,
    event_id: str | None = None,
    **more: Any,
) -> Webhook:
    """A customer's SMS, or MMS with `media`; `more` are further fields of the payload."""
    payload = _inbound("MMS" if media else "SMS", sender, message_id) | {
        "to": [_party(NUMBER, status="webhook_delivered")],
        "cc": [],
        "text": text,
        "media": list(media),
        "encoding": "GSM-7",
        "parts": 1,
        "tags": [],
        "cost": {"amount": "0.0051", "currency": "USD"},
        "errors": [],
    }
    return signed(encode(event("message.received", payload | more, event_id=event_id)))


def inbound_rcs(
    body: Mapping[str, Any], *, sender: str = CUSTOMER, message_id: str | None = None
) -> Webhook:
    """A customer's RCS message; `body` is one of text, user_file, location, suggestion_response."""
    payload = _inbound("RCS", sender, message_id) | {
        "to": [{"agent_id": AGENT_ID, "agent_name": "Test Agent"}],
        "body": dict(body),
        "errors": [],
    }
    return signed(encode(event("message.received", payload)))


def status(
    event_type: str,
    message_id: str,
    recipients: Mapping[str, str],
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    kind: str = "SMS",
    event_id: str | None = None,
) -> Webhook:
    """What became of a message: `event_type` is message.sent, .finalized or .read.

    Args:
        event_type: What has happened.
        message_id: The id that sending was answered with.
        recipients: The status of each phone number.
        errors: Why it failed, in the vendor's form.
        kind: SMS, MMS or RCS.
        event_id: The same for every attempt to deliver one event.
    """
    by_rcs = kind == "RCS"
    payload = {
        "record_type": "message",
        "direction": "outbound",
        "id": message_id,
        "type": kind,
        "organization_id": ORGANIZATION_ID,
        "messaging_profile_id": PROFILE_ID,
        "from": {"agent_id": AGENT_ID, "agent_name": "Test Agent"} if by_rcs else _party(NUMBER),
        "to": [_party(number, status=value) for number, value in recipients.items()],
        "cc": [],
        "received_at": OCCURRED_AT,
        "sent_at": OCCURRED_AT,
        "completed_at": OCCURRED_AT if event_type == "message.finalized" else None,
        "errors": [dict(error) for error in errors],
    }
    return signed(encode(event(event_type, payload, event_id=event_id)))


def encode(payload: Mapping[str, Any]) -> bytes:
    """Write an event as bytes."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _inbound(kind: str, sender: str, message_id: str | None) -> dict[str, Any]:
    return {
        "record_type": "message",
        "direction": "inbound",
        "id": message_id or str(uuid4()),
        "type": kind,
        "organization_id": ORGANIZATION_ID,
        "messaging_profile_id": PROFILE_ID,
        "from": _party(sender),
        "received_at": OCCURRED_AT,
        "sent_at": None,
        "completed_at": None,
    }


def _party(number: str, **more: str) -> dict[str, str]:
    return {"phone_number": number, "carrier": "TELNYX LLC", "line_type": "Wireless"} | more
